/** Helpers for bytes without Node's `Buffer`, because the engine and the machine run in a browser, too. */

/** Joins several runs of bytes. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Decodes bytes as UTF-8. U+FFFD replaces invalid ones. */
export function decodeUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

const encoder = new TextEncoder();

/** Encodes a text as UTF-8. */
export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text);
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Encodes bytes as base64, with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const digits = Math.min(4, bytes.length - at + 1);
    for (let digit = 0; digit < 4; digit++) {
      text += digit < digits ? DIGITS[(group >> (18 - 6 * digit)) & 63] : '=';
    }
  }
  return text;
}

/** Decodes base64. It ends at the first `=`, and skips characters that aren't digits. */
export function decodeBase64(text: string): Uint8Array {
  const bytes: number[] = [];
  let group = 0;
  let bits = 0;
  for (const character of text) {
    if (character === '=') break;
    const digit = DIGITS.indexOf(character);
    if (digit < 0) continue;
    group = ((group << 6) | digit) & 0xff_ffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((group >> bits) & 0xff);
  }
  return Uint8Array.from(bytes);
}
