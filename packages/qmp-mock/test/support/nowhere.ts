import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A path if nothing is, on whatever machine the tests run: nobody else can know it. */
export const NOWHERE: string = join(tmpdir(), `qmp-nowhere-${randomUUID()}`);
