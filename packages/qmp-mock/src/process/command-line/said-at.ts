/** Place in a config file, as {@link saidAt} knows it from one on the command line. */
export function placeInFile(file: string, line: number): string {
  return `:${file}:${line}`;
}

/** Place of a message that is said of none, whatever it comes from. */
export const NOWHERE = '';

/** A message as QEMU prints it, of a place on the command line or in a config file. */
export function saidAt(program: string, place: string | undefined, text: string): string {
  if (place === undefined || place === NOWHERE) return `${program}: ${text}`;
  return place.startsWith(':') ? `${program}${place}: ${text}` : `${program}: ${place}: ${text}`;
}
