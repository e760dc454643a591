/**
 * Program that lies on `PATH` as `qemu-system-*`.
 *
 * @module
 */
import { runLauncher } from './launcher/main.ts';

void runLauncher();
