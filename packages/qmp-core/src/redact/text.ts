import { hide as forget, type Hide } from './hide.ts';
import { findEnd, quotedAt, scan, skip, skipBack, type Span } from './scan.ts';
import {
  canBeSecret,
  isSecretName,
  isVariable,
  OF_SECRET_OBJECTS,
  REDACTED,
  SECRET_LINES,
  TOKEN_SCHEMES,
  URL_SIGNATURES,
} from './table.ts';

/**
 * Takes secrets out of any text. It finds them by the words around them: `password=…`, `"password": "…"`,
 * `--token …`, `Authorization: …`, `set_password vnc …`, `https://user:…@host`, a private key in PEM. The
 * rest stays as it is.
 *
 * @example
 * redactText('-drive file=https://me:pw@host/disk') // '-drive file=https://me:${redacted}@host/disk'
 */
export function redactText(text: string, hide: Hide = forget): string {
  const spans = [
    ...privateKeys(text),
    ...credentials(text),
    ...assignments(text),
    ...members(text),
    ...SECRET_LINES.flatMap((line) => [...monitorLines(text, line)]),
    ...flags(text),
  ].toSorted(([a], [b]) => a - b);
  let result = '';
  let end = 0;
  for (const [from, to] of spans) {
    // Spans within a secret are hidden with it.
    if (from < end || text.startsWith(REDACTED, from) || !canBeSecret(text.slice(from, to))) continue;
    result += text.slice(end, from) + hide(text.slice(from, to));
    end = to;
  }
  return result + text.slice(end);
}

const WORD = /[\w.-]/;
const SPACE = /[ \t]/;
const WORD_END = /[\s"'`]/;

/** The bodies of private keys in PEM. */
function privateKeys(text: string): Generator<Span> {
  const head = 'PRIVATE KEY-----';
  return scan(text, head, (at) => {
    if (!text.slice(Math.max(0, at - 40), at).includes('-----BEGIN')) return undefined;
    const end = text.indexOf('-----END', at);
    return [at + head.length, end < 0 ? text.length : end];
  });
}

/** Passwords in URLs, and user names that may be tokens. `iscsi://user%password@host` is QEMU's own form. */
function credentials(text: string): Generator<Span> {
  return scan(text, '://', (at) => {
    const from = at + 3;
    const authority = text.slice(from, findEnd(text, from, /[/?#\s"'`<>,\\]/));
    const host = authority.lastIndexOf('@');
    if (host < 0) return undefined;
    const scheme = text.slice(skipBack(text, at, /[\w+.-]/, 20), at).toLowerCase();
    const mark = authority.slice(0, host).search(scheme === 'iscsi' ? /[:%]/ : /:/);
    if (mark >= 0) return [from + mark + 1, from + host];
    return TOKEN_SCHEMES.has(scheme) ? [from, from + host] : undefined;
  });
}

/** `name=value`, as options, variables, kernel parameters and URLs have it. */
function assignments(text: string): Generator<Span> {
  const inSecretObject = saysSecretObject(text);
  return scan(text, '=', (at) => {
    const end = skipBack(text, at, SPACE, 2);
    const start = skipBack(text, end, WORD);
    const name = text.slice(start, end);
    const inUrl = /[?&]/.test(text[start - 1] ?? '');
    const isSecret =
      isSecretName(name) ||
      (inSecretObject && isOfSecretObject(name)) ||
      (inUrl && URL_SIGNATURES.has(name.toLowerCase())) ||
      isSystemdCredential(text, start);
    if (!isSecret) return undefined;
    const from = end < at ? skip(text, at + 1, SPACE, 2) : at + 1;
    const quoted = quotedAt(text, from);
    if (quoted !== undefined) return quoted;
    if (isVariable(name)) return [from, findEnd(text, from, WORD_END)];
    if (inUrl) return [from, findEnd(text, from, /[\s"'`&,]/)];
    return [from, optionEnd(text, from, /cookies?$/.test(name) ? /["'`,\r\n]/ : /[\s"'`,]/)];
  });
}

/** `"name": "value"` as JSON and JavaScript have it, escaped or not; `Name: value` as a header has it. */
function members(text: string): Generator<Span> {
  const inSecretObject = saysSecretObject(text);
  return scan(text, ':', (at) => {
    if (text.startsWith('//', at + 1)) return undefined;
    let end = skipBack(text, at, SPACE, 2);
    if (/["']/.test(text[end - 1] ?? '')) end = skipBack(text, end - 1, /\\/);
    const name = text.slice(skipBack(text, end, WORD), end);
    if (!isSecretName(name) && !(inSecretObject && isOfSecretObject(name))) return undefined;
    const from = skip(text, at + 1, SPACE);
    return quotedAt(text, from) ?? (end === at ? unquotedMember(text, name, from) : undefined);
  });
}

/**
 * The value of an unquoted member. For a header it's the rest of the line; otherwise it's one word, unless
 * that is a keyword of a programming language.
 */
function unquotedMember(text: string, name: string, from: number): Span {
  const isHeader = /^(?:(?:set-)?cookie|(?:proxy-)?authorization)$/i.test(name) || /^x-/i.test(name);
  if (isHeader) return [from, findEnd(text, from, /[\r\n"'`]/)];
  if (/[[{(]/.test(text[from] ?? '')) return [from, from];
  const to = withoutPunctuation(text, from, findEnd(text, from, /[\s"'`,}\])]/));
  return /^[a-z]*$/i.test(text.slice(from, to)) ? [from, from] : [from, to];
}

/** Lines of the human monitor. */
function monitorLines(text: string, line: (typeof SECRET_LINES)[number]): Generator<Span> {
  const [first = '', ...others] = line.words;
  return scan(text, first, (found) => {
    let at = found + first.length;
    for (const other of others) at = afterWord(text, at, other);
    for (let skipped = 0; skipped < line.at; skipped++) at = afterWord(text, at);
    if (at < 0) return undefined;
    const from = skip(text, at, SPACE);
    return from === at ? undefined : (quotedAt(text, from) ?? [from, findEnd(text, from, /[\s"'`\\]/)]);
  });
}

/** The position behind the next word, or behind the given one; -1 if there isn't one. */
function afterWord(text: string, at: number, wanted?: string): number {
  if (at < 0 || !SPACE.test(text[at] ?? '')) return -1;
  const from = skip(text, at, SPACE);
  const to = findEnd(text, from, WORD_END);
  return to === from || (wanted !== undefined && text.slice(from, to) !== wanted) ? -1 : to;
}

/** `--password value`. */
function flags(text: string): Generator<Span> {
  return scan(text, '--', (at) => {
    const end = skip(text, at + 2, WORD);
    const from = skip(text, end, SPACE);
    if (from === end || text[from] === '-' || !isSecretName(text.slice(at + 2, end))) return [end, end];
    return quotedAt(text, from) ?? [from, findEnd(text, from, WORD_END)];
  });
}

/** Whether a text is about an object of the type `secret`: only then is its `data` secret. */
function saysSecretObject(text: string): boolean {
  for (let at = text.indexOf('secret'); at >= 0; at = text.indexOf('secret', at + 6)) {
    const isWord = !/[\w-]/.test(text[at - 1] ?? '');
    if (isWord && /^(?:,|\\{0,9}["'])/.test(text.slice(at + 6, at + 16))) return true;
  }
  return false;
}

function isOfSecretObject(name: string): boolean {
  return OF_SECRET_OBJECTS.has(name.slice(name.lastIndexOf('.') + 1));
}

/** `-smbios type=11,value=io.systemd.credential:name=value`. */
function isSystemdCredential(text: string, start: number): boolean {
  const before = text.slice(Math.max(0, start - 32), start);
  return before.endsWith('io.systemd.credential:') || before.endsWith('io.systemd.credential.binary:');
}

/** End of the value of a QEMU option: a comma. A doubled comma stands for one in the value. */
function optionEnd(text: string, from: number, stop: RegExp): number {
  for (let at = from; ; at += 2) {
    at = findEnd(text, at, stop);
    if (text[at] !== ',' || text[at + 1] !== ',') return withoutPunctuation(text, from, at);
  }
}

/** The end of a value without the punctuation of the sentence that it stands in. */
function withoutPunctuation(text: string, from: number, to: number): number {
  return Math.max(from, skipBack(text, to, /[:;.]/, 2));
}
