/**
 * Names of the keys of a PC's keyboard by their numbers (the codes of an XT keyboard; 0x80 is added for those
 * that it sends after 0xe0), as `QKeyCode` of QEMU's schema calls them.
 */
const MAIN =
  `esc 1 2 3 4 5 6 7 8 9 0 minus equal backspace tab q w e r t y u i o p bracket_left bracket_right ret
  ctrl a s d f g h j k l semicolon apostrophe grave_accent shift backslash z x c v b n m comma dot slash shift_r
  kp_multiply alt spc caps_lock f1 f2 f3 f4 f5 f6 f7 f8 f9 f10 num_lock scroll_lock kp_7 kp_8 kp_9 kp_subtract
  kp_4 kp_5 kp_6 kp_add kp_1 kp_2 kp_3 kp_0 kp_decimal sysrq - less f11 f12`.split(/\s+/);

const EXTENDED: Readonly<Record<number, string>> = {
  0x9c: 'kp_enter',
  0x9d: 'ctrl_r',
  0xb5: 'kp_divide',
  0xb7: 'print',
  0xb8: 'alt_r',
  0xc6: 'pause',
  0xc7: 'home',
  0xc8: 'up',
  0xc9: 'pgup',
  0xcb: 'left',
  0xcd: 'right',
  0xcf: 'end',
  0xd0: 'down',
  0xd1: 'pgdn',
  0xd2: 'insert',
  0xd3: 'delete',
  0xdb: 'meta_l',
  0xdc: 'meta_r',
  0xdd: 'menu',
};

/** The name of the key with that number; `unmapped` for one that has none here. */
export function keyOfNumber(number: number): string {
  const name = MAIN[number - 1] ?? EXTENDED[number];
  return name === undefined || name === '-' ? 'unmapped' : name;
}

/** Keys of an American keyboard by the characters on them; those in a pair are on one key. */
const PAIRS = '1! 2@ 3# 4$ 5% 6^ 7& 8* 9( 0) -_ =+ [{ ]} ;: \'" `~ \\| ,< .> /?';
const PUNCTUATION: Readonly<Record<string, string>> = {
  '-': 'minus',
  '=': 'equal',
  '[': 'bracket_left',
  ']': 'bracket_right',
  ';': 'semicolon',
  "'": 'apostrophe',
  '`': 'grave_accent',
  '\\': 'backslash',
  ',': 'comma',
  '.': 'dot',
  '/': 'slash',
};

/** Numbers of keys that have no character (`X11/keysymdef.h`). */
const KEYSYMS: Readonly<Record<number, string>> = {
  0xff08: 'backspace',
  0xff09: 'tab',
  0xff0d: 'ret',
  0xff13: 'pause',
  0xff14: 'scroll_lock',
  0xff15: 'sysrq',
  0xff1b: 'esc',
  0xff50: 'home',
  0xff51: 'left',
  0xff52: 'up',
  0xff53: 'right',
  0xff54: 'down',
  0xff55: 'pgup',
  0xff56: 'pgdn',
  0xff57: 'end',
  0xff61: 'print',
  0xff63: 'insert',
  0xff67: 'menu',
  0xff7f: 'num_lock',
  0xff8d: 'kp_enter',
  0xffaa: 'kp_multiply',
  0xffab: 'kp_add',
  0xffad: 'kp_subtract',
  0xffae: 'kp_decimal',
  0xffaf: 'kp_divide',
  0xffe1: 'shift',
  0xffe2: 'shift_r',
  0xffe3: 'ctrl',
  0xffe4: 'ctrl_r',
  0xffe5: 'caps_lock',
  0xffe9: 'alt',
  0xffea: 'alt_r',
  0xffeb: 'meta_l',
  0xffec: 'meta_r',
  0xffff: 'delete',
};
const KP_0 = 0xffb0;
const F1 = 0xffbe;

/** The name of the key that an X11 keysym is on, on an American keyboard; `unmapped` if it is on none. */
export function keyOfKeysym(keysym: number): string {
  if (Object.hasOwn(KEYSYMS, keysym)) return KEYSYMS[keysym] ?? 'unmapped';
  if (keysym >= KP_0 && keysym < KP_0 + 10) return `kp_${keysym - KP_0}`;
  if (keysym >= F1 && keysym < F1 + 12) return `f${keysym - F1 + 1}`;
  if (keysym < 0x20 || keysym > 0x7e) return 'unmapped';
  const character = String.fromCharCode(keysym).toLowerCase();
  if (/[a-z]/.test(character)) return character;
  if (character === ' ') return 'spc';
  const [first = ''] = PAIRS.split(' ').find((pair) => pair.includes(character)) ?? '';
  return PUNCTUATION[first] ?? first;
}
