#!/usr/bin/env node
'use strict';
// Starts a program with its machine code, which an earlier start of the same Node has left beside it. Without that, and where nobody
// may write, it starts as any other program does. See docs/decisions/0015 of the repository.
const { accessSync, constants, readFileSync, renameSync, writeFileSync } = require('node:fs');
const { constants: links, Script } = require('node:vm');

const program = `${__dirname}/PROGRAM.code.cjs`;
const cache = `${__dirname}/PROGRAM.DIGEST-${process.version}-${process.arch}.cache`;

const script = new Script(
  `(function (exports, require, module, __filename, __dirname) {${readFileSync(program, 'latin1')}\n})`,
  { filename: program, cachedData: kept(), importModuleDynamically: links?.USE_MAIN_CONTEXT_DEFAULT_LOADER },
);
// What is compiled when the program is up is what the next start needs. It's kept when nothing can wait for it any more.
if (script.cachedDataRejected !== false) process.once('qmp-test:up', () => process.once('exit', keep));
script.runInThisContext()(exports, require, module, program, __dirname);

function kept() {
  try {
    return readFileSync(cache);
  } catch {
    return undefined;
  }
}

function keep() {
  try {
    accessSync(__dirname, constants.W_OK);
    const made = `${cache}.${process.pid}`;
    writeFileSync(made, script.createCachedData(), { flag: 'wx' });
    renameSync(made, cache);
  } catch {
    // The next start compiles once more.
  }
}
