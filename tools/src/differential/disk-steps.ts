import * as fc from 'fast-check';

/** A command that a sequence sends. */
export interface DiskStep {
  readonly execute: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  /** Whether a job that is ready is cancelled rather than completed. */
  readonly cancels?: boolean;
}

/** Numbers that choose what a step does, so that a sequence gets smaller step by step. */
type Choice = readonly [kind: number, first: number, second: number, third: number];

/** Nodes that a sequence begins with: an image, the one behind it, and a raw one. */
export const FIRST_NODES: readonly DiskStep[] = [
  added({ driver: 'qcow2', 'node-name': 'base', 'read-only': true, file: file('base.qcow2') }),
  added({ driver: 'qcow2', 'node-name': 'disk', backing: 'base', file: file('disk.qcow2') }),
  added({ driver: 'raw', 'node-name': 'raw', file: file('raw.raw') }),
];

const SIZES = [4 << 20, 5 << 20, 3 << 20, (4 << 20) + 512, 6 << 20];
const UNIT = 4096;

function added(options: Readonly<Record<string, unknown>>): DiskStep {
  return { execute: 'blockdev-add', arguments: options };
}

function file(filename: string): Readonly<Record<string, unknown>> {
  return { driver: 'file', filename };
}

/** Sequences of up to `most` steps behind {@link FIRST_NODES}. */
export function diskSteps(most: number): fc.Arbitrary<readonly DiskStep[]> {
  const number = fc.nat(999);
  const choice = fc.tuple(fc.nat(19), number, number, number);
  return fc.array(choice, { minLength: 2, maxLength: most }).map((choices) => {
    const chain = new Chain();
    return choices.map((each) => chain.step(each));
  });
}

function pick<T>(list: readonly T[], number: number): T {
  return list[number % list.length] as T;
}

/** The images of a disk, as far as the steps before tell: a step that QEMU refuses makes this wrong. */
class Chain {
  /** Nodes, the one behind all others first. */
  #nodes = ['base', 'disk'];
  #made = 0;

  get #top(): string {
    return this.#nodes.at(-1)!;
  }

  #name(letter: string): string {
    this.#made += 1;
    return `${letter}${this.#made}`;
  }

  step([kind, a, b, c]: Choice): DiskStep {
    switch (kind) {
      case 0:
      case 1:
      case 2:
      case 3:
        return this.#write(a, b, c);
      case 4:
      case 5:
        return this.#snapshot();
      case 6:
      case 7:
        return this.#commit(a, b);
      case 8:
        return this.#stream(a, b);
      case 9:
        return this.#mirror(a, b);
      case 10:
        return this.#backup(a, b);
      case 11:
        return {
          execute: 'block_resize',
          arguments: { 'node-name': pick([this.#top, this.#top, 'raw', 'base'], a), size: pick(SIZES, b) },
        };
      case 12:
      case 13:
      case 14:
        return this.#bitmap(a, b, c);
      case 15:
        return {
          execute: 'blockdev-snapshot-internal-sync',
          arguments: { device: this.#top, name: pick(['x', 'y'], a) },
        };
      case 16:
        return {
          execute: 'blockdev-snapshot-delete-internal-sync',
          arguments: { device: this.#top, name: pick(['x', 'y'], a) },
        };
      case 17:
        return this.#transaction(a, b);
      case 18:
        return { execute: 'query-named-block-nodes', arguments: { flat: true } };
      default:
        return {
          execute: 'blockdev-reopen',
          arguments: {
            options: [{ driver: 'raw', 'node-name': 'raw', 'read-only': a % 2 === 0, file: file('raw.raw') }],
          },
        };
    }
  }

  #write(a: number, b: number, c: number): DiskStep {
    const node = pick([this.#top, this.#top, this.#top, 'raw'], c);
    const offset = (a % 900) * UNIT + (b % 3 === 0 ? 512 : 0);
    const length = ((b % 60) + 1) * pick([512, UNIT], a);
    const command = pick(
      [
        `write -P ${(a % 254) + 1} ${offset} ${length}`,
        `write -P ${(b % 254) + 1} ${offset} ${length}`,
        `write -z ${offset} ${length}`,
        `write -z -u ${offset} ${length}`,
        `discard ${offset} ${length}`,
      ],
      c,
    );
    return {
      execute: 'human-monitor-command',
      arguments: { 'command-line': `qemu-io ${node} "${command}"` },
    };
  }

  #snapshot(): DiskStep {
    const name = this.#name('s');
    const top = this.#top;
    this.#nodes.push(name);
    return {
      execute: 'blockdev-snapshot-sync',
      arguments: { 'node-name': top, 'snapshot-file': `${name}.qcow2`, 'snapshot-node-name': name },
    };
  }

  #commit(a: number, b: number): DiskStep {
    const nodes = this.#nodes;
    const from = nodes.length - 1 - (a % 3 === 0 ? 0 : b % nodes.length);
    const to = from === 0 ? 0 : a % from;
    const args = { 'job-id': 'job', device: this.#top, 'top-node': nodes[from], 'base-node': nodes[to] };
    this.#nodes = from === 0 ? nodes : [...nodes.slice(0, to + 1), ...nodes.slice(from + 1)];
    return { execute: 'block-commit', arguments: args };
  }

  #stream(a: number, b: number): DiskStep {
    const nodes = this.#nodes;
    const base = a % nodes.length;
    const isWhole = b % 2 === 0 || base === nodes.length - 1;
    this.#nodes = isWhole ? [this.#top] : [...nodes.slice(0, base + 1), this.#top];
    return {
      execute: 'block-stream',
      arguments: { 'job-id': 'job', device: nodes.at(-1), ...(isWhole ? {} : { 'base-node': nodes[base] }) },
    };
  }

  #mirror(a: number, b: number): DiskStep {
    const name = this.#name('m');
    const cancels = b % 4 === 0;
    const sync = pick(['full', 'top', 'none'], a);
    const device = this.#top;
    if (!cancels) this.#nodes = sync === 'full' ? [name] : [...this.#nodes.slice(0, -1), name];
    return {
      execute: 'drive-mirror',
      arguments: {
        'job-id': 'job',
        device,
        target: `${name}.qcow2`,
        format: 'qcow2',
        sync,
        'node-name': name,
      },
      cancels,
    };
  }

  #backup(a: number, b: number): DiskStep {
    return { execute: 'drive-backup', arguments: { 'job-id': 'job', ...this.#backupOf(a, b) } };
  }

  #backupOf(a: number, b: number): Record<string, unknown> {
    const name = this.#name('k');
    const sync = pick(['full', 'top', 'incremental', 'bitmap'], a);
    return {
      device: this.#top,
      target: `${name}.qcow2`,
      format: 'qcow2',
      sync,
      ...(sync === 'incremental' || sync === 'bitmap' ? { bitmap: pick(['p', 'q'], b) } : {}),
      ...(sync === 'bitmap' ? { 'bitmap-mode': pick(['on-success', 'never', 'always'], b) } : {}),
    };
  }

  #bitmap(a: number, b: number, c: number): DiskStep {
    const node = pick([this.#top, this.#top, 'raw'], c);
    const name = pick(['p', 'q'], b);
    const kind = pick(['add', 'add', 'add', 'remove', 'clear', 'enable', 'disable', 'merge'], a);
    const more =
      kind === 'add'
        ? { persistent: c % 2 === 0, ...(b % 3 === 0 ? { granularity: pick([4096, 65_536, 512], a) } : {}) }
        : {};
    return {
      execute: `block-dirty-bitmap-${kind}`,
      arguments:
        kind === 'merge' ? { node, target: name, bitmaps: [pick(['q', 'p'], b)] } : { node, name, ...more },
    };
  }

  #transaction(a: number, b: number): DiskStep {
    const node = this.#top;
    const name = pick(['p', 'q'], b);
    return {
      execute: 'transaction',
      arguments: {
        actions: [
          { type: pick(['block-dirty-bitmap-add', 'block-dirty-bitmap-clear'], b), data: { node, name } },
          { type: 'drive-backup', data: { 'job-id': 'job', ...this.#backupOf(a % 2, b) } },
        ],
      },
    };
  }
}
