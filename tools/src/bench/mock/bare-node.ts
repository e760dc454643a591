/** What no program in Node can beat: dials and writes a byte. */
import { connect } from 'node:net';

connect(process.argv[2] ?? '').write('.');
