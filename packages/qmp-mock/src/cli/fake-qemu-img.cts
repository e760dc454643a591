#!/usr/bin/env node
/**
 * `fake-qemu-img`: stands in for `qemu-img`. A CommonJS module, for which Node starts one module loader less; see docs/decisions/0006
 * of the repository.
 *
 * @module
 */
void import('./fake-qemu-img/main.js').then(({ main }) => {
  main(process.argv.slice(2));
});
