import { takeValue } from './qemu-opts.ts';

/** Names and values of an argument, again and again if they are given so. */
export function pieces(argument: string, implied: string): readonly (readonly [string, string])[] {
  const found: (readonly [string, string])[] = [];
  let rest = argument;
  while (rest !== '') {
    const bare = /^[^=,]*/.exec(rest)?.[0] ?? '';
    if (rest[bare.length] === '=') {
      const [value, after] = takeValue(rest.slice(bare.length + 1));
      found.push([bare, value]);
      rest = after;
    } else {
      const off = bare.startsWith('no') && found.length > 0;
      if (found.length === 0) found.push([implied, bare]);
      else found.push(off ? [bare.slice(2), 'off'] : [bare, 'on']);
      rest = rest.slice(bare.length + 1);
    }
  }
  return found;
}
