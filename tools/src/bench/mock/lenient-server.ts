/** A lenient fake in a process of its own: `lenient-server.js listen|dial PATH`. */
import { connect } from 'node:net';
import { lenientFake, serve } from './lenient-fake.ts';

const [way, path = ''] = process.argv.slice(2);
if (way === 'dial') serve(connect(path));
else lenientFake(path);
