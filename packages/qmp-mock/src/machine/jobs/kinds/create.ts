import type { QDict } from '../../../engine/json/value.ts';
import { notModelled } from '../../../engine/not-modelled.ts';
import { genericError, textOf } from '../../command.ts';
import { makeFile } from '../../block/image/make-image.ts';
import type { BlockNode } from '../../block/graph/node.ts';
import type { ByteFile } from '../../block/image/byte-file.ts';
import { createQcow2 } from '../../block/image/qcow2/create.ts';
import type { JobDriver, JobRoutine } from '../engine/job.ts';
import type { JobRules } from '../engine/job-rules.ts';
import type { JobParts } from './parts.ts';
import { refusalOfImage } from './target-image.ts';

/** Options of qcow2 that aren't modelled. */
const FOREIGN_OPTIONS = ['data-file', 'data-file-raw', 'extended-l2', 'encrypt', 'preallocation'];

/** `blockdev-create` (`block/create.c`): a job that makes a file, or an image in a node. */
export function startCreate(parts: JobParts, args: QDict, rules: JobRules): void {
  const options = args.get('options') as QDict;
  const driver = textOf(options, 'driver');
  if (driver !== 'file' && driver !== 'qcow2') notModelled(`blockdev-create of ${driver}`);
  const work = driver === 'file' ? fileWork(parts, options) : qcow2Work(parts, options);
  const job = parts.jobs.create({
    id: textOf(args, 'job-id'),
    driver: new Create(work, driver === 'file' || rules.failsAtOnce),
    manualDismiss: true,
  });
  job.start();
}

/** Checks options and gives what is to be done with a disk. */
type Work = () => () => void;

class Create implements JobDriver {
  readonly type = 'create';
  readonly #work: Work;
  readonly #failsAtOnce: boolean;

  constructor(work: Work, failsAtOnce: boolean) {
    this.#work = work;
    this.#failsAtOnce = failsAtOnce;
  }

  *run(job: { progress: { current: number; total: number } }): JobRoutine {
    job.progress.total = 1;
    try {
      if (!this.#failsAtOnce) yield 'later';
      const write = this.#work();
      yield 'later';
      write();
    } catch (error) {
      throw refusalOfImage(error);
    } finally {
      job.progress.current = 1;
    }
  }
}

function fileWork({ files }: JobParts, options: QDict): Work {
  return () => {
    if (files === undefined) notModelled(`the file ${textOf(options, 'filename')}`);
    if ((options.get('preallocation') ?? 'off') !== 'off') notModelled('preallocation of a file');
    makeFile(files, textOf(options, 'filename'), Number(options.get('size')));
    return () => {};
  };
}

function qcow2Work({ graph }: JobParts, options: QDict): Work {
  return () => {
    const given = options.get('file');
    if (typeof given !== 'string') notModelled('blockdev-create in a node of its own');
    const foreign = FOREIGN_OPTIONS.find((name) => options.has(name) && options.get(name) !== 'off');
    if (foreign !== undefined) notModelled(`blockdev-create of qcow2 with ${foreign}`);
    const compression = options.get('compression-type') ?? 'zlib';
    if (compression !== 'zlib')
      notModelled(`blockdev-create of qcow2 with ${textOf(options, 'compression-type')}`);
    const node = graph.lookup(given, given);
    const size = Number(options.get('size'));
    if (size % 512 !== 0) throw genericError('Image size must be a multiple of 512 bytes');
    return () => {
      node.resize(0);
      createQcow2(fileOf(node), {
        size,
        version: options.get('version') === 'v2' ? 2 : 3,
        clusterSize: Number(options.get('cluster-size') ?? 65_536),
        refcountBits: Number(options.get('refcount-bits') ?? 16),
        lazyRefcounts: options.get('lazy-refcounts') === true,
        backingFile: options.get('backing-file') as string | undefined,
        backingFormat: options.get('backing-fmt') as string | undefined,
      });
    };
  };
}

/** A node as the file that an image is written to. */
function fileOf(node: BlockNode): ByteFile {
  return {
    get size() {
      return node.size;
    },
    read: (offset, length) => {
      const bytes = new Uint8Array(length);
      const known = Math.max(0, Math.min(length, node.size - offset));
      if (known > 0) bytes.set(node.read(offset, known));
      return bytes;
    },
    write(offset, bytes) {
      if (offset + bytes.length > node.size) node.resize(offset + bytes.length);
      node.write(offset, bytes);
    },
    truncate: (size) => node.resize(size),
    close: () => {},
  };
}
