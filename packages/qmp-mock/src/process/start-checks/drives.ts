import { StartError } from '../command-line/start-error.ts';
import { strerror } from '../strerror.ts';
import type { StartContext } from './start-context.ts';

/** Options whose whole argument is the path of an image. */
const IMAGES = /^(hd[abcd]|cdrom|fd[ab]|pflash|mtdblock|sd)$/;
/** A path that begins so names something else than a file. */
const PROTOCOL = /^[a-z][\w+.-]*:/i;

/**
 * Drives whose file isn't there: `-blockdev` first, then `-drive` and its short forms, each in their order.
 */
export function checkDrives({ given, file }: StartContext): void {
  const check = (path: string, location: string): void => {
    const reason = whyMissing(path, file);
    if (reason !== undefined) throw new StartError(`Could not open '${path}': ${reason}`, { location });
  };
  for (const { name, argument } of given) {
    const path = name === 'blockdev' ? fileOfBlockdev(argument) : undefined;
    if (path !== undefined) check(path, `-blockdev ${argument}`);
  }
  for (const { name, argument } of given) {
    const path = IMAGES.test(name) && !PROTOCOL.test(argument) ? argument : fileOfDrive(name, argument);
    if (path !== undefined) check(path, `-${name} ${argument}`);
  }
}

/** The file of a node that is one, in either syntax; the node may be below another. */
function fileOfBlockdev(argument: string): string | undefined {
  if (!/driver(?:=|"\s*:\s*")(file|host_device|host_cdrom)\b/.test(argument)) return undefined;
  return /\bfilename(?:=|"\s*:\s*")([^,"]+)/.exec(argument)?.[1];
}

/** `file=` of `-drive`, in which a comma is doubled. */
function fileOfDrive(name: string, argument: string): string | undefined {
  if (name !== 'drive') return undefined;
  const [, path] = /(?:^|,)(?:file|file\.filename)=((?:[^,]|,,)*)/.exec(argument) ?? [];
  if (path === undefined || path === '' || PROTOCOL.test(path)) return undefined;
  return path.replaceAll(',,', ',');
}

/** Only a file that isn't there at all is certain: others may be opened in another way. */
function whyMissing(path: string, file: StartContext['file']): string | undefined {
  try {
    file.assertOpens(path);
    return undefined;
  } catch (error) {
    const { code } = error as { code?: unknown };
    return code === 'ENOENT' || code === 'ENOTDIR' ? strerror(error) : undefined;
  }
}
