import { offerRedactor } from '../late-redactor.ts';
import type { JsonObject, JsonValue } from '../wire/json-value.ts';
import { stringifyJson } from '../wire/stringify-json.ts';
import { redactArgv } from './command-line.ts';
import { redactHmp } from './hmp.ts';
import { redactMessage } from './message.ts';
import { redactShellLine } from './shell.ts';
import { canBeSecret, isSecretName, REDACTED } from './table.ts';
import { redactText } from './text.ts';
import { isPlain, redactValue } from './value.ts';

/**
 * Takes secrets out of everything that is written about a machine, and remembers them. So
 * {@link Redactor.text} finds a known secret even in a place where nothing gives it away.
 *
 * A secret becomes {@link REDACTED}; the rest of the line stays as it was.
 *
 * @example
 * const redactor = new Redactor()
 * redactor.message({ execute: 'set_password', arguments: { protocol: 'vnc', password: 'hunter2' } })
 * redactor.text("expected 'hunter2' to be 'other'") // "expected '${redacted}' to be 'other'"
 */
export class Redactor {
  static {
    offerRedactor(() => new Redactor());
  }
  readonly #secrets = new Set<string>();
  readonly #hide = (secret: string): string => {
    this.#learn(secret);
    return REDACTED;
  };

  /**
   * Redacts a message of QMP or of the guest agent.
   *
   * @param request - The command that it answers, if known: `qom-get` returns the data of a secret bare.
   */
  message(message: JsonObject, request?: JsonObject): JsonObject {
    this.#learnPassword(message);
    const known = this.#maskValue(message) as JsonObject;
    return this.#maskValue(redactMessage(known, request, this.#hide)) as JsonObject;
  }

  /** Redacts any value, by the names of its members. Parts that aren't JSON stay as they are. */
  value(value: unknown): unknown {
    const known = this.#maskValue(value as JsonValue);
    return this.#maskValue(redactValue(known, this.#hide));
  }

  /** Redacts the words of a command line. */
  argv(argv: readonly string[]): string[] {
    const known = argv.map((word) => this.#mask(word));
    return redactArgv(known, this.#hide).map((word) => this.#mask(word));
  }

  /** Redacts a command line as it is written in a shell. */
  commandLine(line: string): string {
    return this.#mask(redactShellLine(this.#mask(line), this.#hide));
  }

  /** A line of the human monitor. */
  hmp(line: string): string {
    return this.#mask(redactHmp(this.#mask(line), this.#hide));
  }

  /** Redacts those variables of an environment whose name says that they hold a secret. */
  environment<T extends string | undefined>(env: Readonly<Record<string, T>>): Record<string, T | string> {
    return Object.fromEntries(
      Object.entries(env).map(([name, value]) => {
        const isSecret = value !== undefined && isSecretName(name) && canBeSecret(value);
        return [
          name,
          isSecret ? this.#hide(value) : value === undefined ? value : redactText(value, this.#hide),
        ];
      }),
    );
  }

  /** Redacts any text, such as an error message or QEMU's stderr. */
  text(text: string): string {
    return this.#mask(redactText(this.#mask(text), this.#hide));
  }

  #learn(secret: string): void {
    if (!isTelling(secret) || this.#secrets.size >= MOST_SECRETS) return;
    for (const form of formsOf(secret)) this.#secrets.add(form);
  }

  /** `guest-set-user-password` has its password in base64. */
  #learnPassword(message: JsonObject): void {
    const { execute, arguments: args } = message;
    if (execute !== 'guest-set-user-password' || typeof args !== 'object' || args === null) return;
    const password = Array.isArray(args) ? undefined : args['password'];
    if (typeof password !== 'string') return;
    try {
      this.#learn(new TextDecoder().decode(Uint8Array.from(atob(password), (byte) => byte.charCodeAt(0))));
    } catch {
      // The agent refuses it, too.
    }
  }

  #maskValue(value: JsonValue): JsonValue {
    if (typeof value === 'string') return this.#mask(value);
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((element) => this.#maskValue(element));
    if (!isPlain(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, this.#maskValue(inner)]));
  }

  /** Hides what was found elsewhere. Longer secrets go first: one may contain another. */
  #mask(text: string): string {
    let masked = text;
    for (const secret of [...this.#secrets].toSorted((a, b) => b.length - a.length)) {
      masked = withoutWord(masked, secret);
    }
    return masked;
  }
}

/** Number of forms of secrets that are remembered at most. */
const MOST_SECRETS = 10_000;

/**
 * Whether a secret is unusual enough to hide everywhere. A password like `vnc` or `1234` occurs in too many
 * other texts: it's hidden only in the place of a password.
 */
function isTelling(secret: string): boolean {
  const least = /^[a-z]*$/.test(secret) ? 6 : /^\d*$/.test(secret) ? 8 : 4;
  return secret.length >= least && !isSecretName(secret) && !COMMON.has(secret);
}

/** Words that tests use as secrets and that occur everywhere in reports. */
const COMMON: ReadonlySet<string> = new Set(['secret', 'redacted', 'default', 'string', 'undefined']);

/** The ways to write a secret: as it is, in JSON, in a QEMU option, in a URL, in a shell's single quotes. */
function formsOf(secret: string): string[] {
  return [secret, secret.replaceAll(',', ',,')].flatMap((form) => [
    form,
    inUrl(form),
    // in JSON, in JavaScript's single quotes, in a shell's
    stringifyJson(form).slice(1, -1),
    form.replace(/[\\']/g, String.raw`\$&`),
    form.replaceAll("'", String.raw`'\''`),
  ]);
}

function inUrl(secret: string): string {
  try {
    return encodeURIComponent(secret);
  } catch {
    return secret; // half of a character cannot stand in a URL
  }
}

/** Replaces a text unless it's part of a longer word. */
function withoutWord(text: string, word: string): string {
  let result = '';
  let end = 0;
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const to = at + word.length;
    if (at < end || joins(text[at - 1], word[0]) || joins(word.at(-1), text[to])) continue;
    result += text.slice(end, at) + REDACTED;
    end = to;
  }
  return end === 0 ? text : result + text.slice(end);
}

function joins(left: string | undefined, right: string | undefined): boolean {
  return /\w/.test(left ?? '') && /\w/.test(right ?? '');
}
