/**
 * Program that stands between a real QEMU and its clients under `QMP_FAULT_PROXY`.
 *
 * @module
 */
import process from 'node:process';
import { runFaultRelay } from './real/fault-relay.ts';

const [, , folder = '', ...argv] = process.argv;
void runFaultRelay(folder, argv);
