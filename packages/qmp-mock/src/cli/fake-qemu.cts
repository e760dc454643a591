#!/usr/bin/env node
/**
 * `fake-qemu`: takes QEMU's own command line and stands in for `qemu-system-*`. A CommonJS module, which Node starts some 20 ms
 * sooner than any other.
 *
 * @module
 */
void import('./fake-qemu/main.js').then(({ main }) => main(process.argv.slice(2)));
