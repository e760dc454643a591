/**
 * `fake-qemu`: takes QEMU's own command line and stands in for `qemu-system-*`.
 *
 * @module
 */
import { main } from './fake-qemu/main.ts';

void main(process.argv.slice(2));
