/**
 * `fake-qemu-img`: stands in for `qemu-img`.
 *
 * @module
 */
import { main } from './fake-qemu-img/main.ts';

main(process.argv.slice(2));
