#!/usr/bin/env node
/**
 * `fake-qemu`: takes QEMU's own command line and stands in for `qemu-system-*`. A CommonJS module, for which Node starts
 * one module loader less; see docs/decisions/0006 of the repository.
 *
 * @module
 */
void import('./fake-qemu/main.js').then(({ main }) => main(process.argv.slice(2)));
