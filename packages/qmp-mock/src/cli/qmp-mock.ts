#!/usr/bin/env node
/**
 * `qmp-mock`: serves a mock on an address, for programs in any language.
 *
 * @module
 */
import { main } from './qmp-mock/main.ts';

await main(process.argv.slice(2));
