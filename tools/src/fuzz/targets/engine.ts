import * as fc from 'fast-check';
import { loadProfile, type CommandHost, type QemuProfile } from '../../internals/engine.ts';
import { EngineSession } from '../../lib/engine-session.ts';
import { recordedVersions } from '../../lib/versions.ts';
import { monitorInput } from '../../random/monitor-input.ts';
import { cut, pieceSizes } from '../../random/pieces.ts';
import { hold, target, type AnyTarget } from '../target.ts';

/** Just below what the parser's fast path asks for, so that it is not used; no input comes near. */
const LONG_WAY = { maxBytes: (1 << 16) - 1 };
/** Inputs after which the conversations begin anew, as when a client comes. */
const LIFE = 5000;

const host: CommandHost = {
  find: (name) =>
    /^(query-|migrate-pause$)/.test(name) ? { allowOob: name === 'migrate-pause' } : undefined,
  check: () => undefined,
  run: ({ args }) => args,
};

/** A negotiated session. */
function begin(profile: QemuProfile, oob: boolean, limits?: typeof LONG_WAY): EngineSession {
  const session = new EngineSession({ profile, host, limits });
  const enable = oob ? ', "arguments": {"enable": ["oob"]}' : '';
  session.receive(Buffer.from(`{"execute": "qmp_capabilities"${enable}}\n`));
  return session;
}

/**
 * Two sessions that must never differ: one gets all at once, the other in pieces and on the parser's long
 * way.
 */
class Twins {
  readonly #profile: QemuProfile;
  readonly #oob: boolean;
  #whole: EngineSession;
  #parts: EngineSession;
  #number = 0;

  constructor(version: string, oob: boolean) {
    this.#profile = loadProfile(version);
    this.#oob = oob;
    this.#whole = begin(this.#profile, oob);
    this.#parts = begin(this.#profile, oob, LONG_WAY);
  }

  check(bytes: Uint8Array, sizes: readonly number[]): void {
    if (this.#number++ % LIFE === 0) {
      this.#whole = begin(this.#profile, this.#oob);
      this.#parts = begin(this.#profile, this.#oob, LONG_WAY);
    }
    const mark = `"mark-${this.#number}"`;
    const reset = Buffer.from(`{"execute": "query-name", "id": ${mark}}`);
    const input = Buffer.concat([bytes, Buffer.of(0x0a, 0xff), reset]);
    this.#whole.receive(input);
    for (const piece of cut(input, sizes)) this.#parts.receive(piece);
    const whole = this.#whole.take();
    const parts = this.#parts.take();
    hold(whole === parts, `in pieces, the output differs\n  ${whole}\n  ${parts}`);
    hold(whole.endsWith(`"id": ${mark}}\r\n`), `after a reset, the command is not answered\n  ${whole}`);
    // oxlint-disable-next-line no-control-regex -- that there are none is the point
    hold(/^(?:[\x20-\x7e]+\r\n)+$/.test(whole), `the output is not lines of ASCII\n  ${whole}`);
  }
}

export function engine(): AnyTarget {
  // The dialects of the first and the last version are those that there are.
  const versions = [recordedVersions().at(0)!, recordedVersions().at(-1)!];
  const twins = versions.flatMap((version) => [false, true].map((oob) => new Twins(version, oob)));
  return target({
    what: "QEMU's JSON dialect and the envelope, whole and in pieces",
    input: fc.tuple(fc.constantFrom(...twins), monitorInput, pieceSizes),
    show: ([, bytes]) => JSON.stringify(Buffer.from(bytes).toString('latin1')),
    check: ([pair, bytes, sizes]) => pair.check(bytes, sizes),
  });
}
