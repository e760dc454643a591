/** Dials and writes a byte, which a program in Node can't beat. */
import { connect } from 'node:net';

connect(process.argv[2] ?? '').write('.');
