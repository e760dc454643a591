import { QDict } from '../../../../engine/json/value.ts';
import { notModelled } from '../../../../engine/not-modelled.ts';
import { genericError } from '../../../command.ts';
import { ImageError, type ImageFiles } from '../../image/byte-file.ts';
import type { OpenRequest } from '../node.ts';

const NOT_FOUND = 2;
const IS_DIRECTORY = 21;

/**
 * `nbd`: QEMU's refusal of a UNIX socket that isn't there, or of a path that isn't a socket. A server that
 * may listen isn't modelled: nodes are read and written at once, and a network answers later.
 */
export function openNbd(files: ImageFiles | undefined, { options }: OpenRequest): never {
  const server = options.get('server');
  const path = server instanceof QDict && server.get('type') === 'unix' ? server.get('path') : undefined;
  const decides = !options.has('tls-creds') && !options.has('open-timeout');
  if (files !== undefined && typeof path === 'string' && path !== '' && decides) {
    const why = whyNotReachable(files, path);
    if (why !== undefined) throw genericError(`Failed to connect to '${path}': ${why}`);
  }
  notModelled('the block driver nbd');
}

function whyNotReachable(files: ImageFiles, path: string): string | undefined {
  try {
    const file = files.open(path, { writable: false });
    const { isSpecial } = file;
    file.close();
    return isSpecial === true ? undefined : 'Connection refused';
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    if (error.errno === NOT_FOUND) return error.message;
    return error.errno === IS_DIRECTORY ? 'Connection refused' : undefined;
  }
}
