import { optionError } from 'qmp-core/internal';
import type { FaultHandle, FaultRule, PassingMessage } from './fault-rule.ts';
import { FullQueue } from './full-queue.ts';
import { PLAIN, type Shape } from './shape.ts';
import type { ShapedOutlet } from './shaped-outlet.ts';

/** A fault of messages, before it is set. */
export type NewRule = Pick<FaultRule, 'name' | 'strikes' | 'apply'> & {
  readonly times?: number | undefined;
  readonly connection?: number | undefined;
};

/** The active faults of a mock or a proxy. */
export class FaultBook {
  readonly #shapes: { shape: Omit<Shape, 'active'>; connection: number | undefined }[] = [];
  #rules: FaultRule[] = [];
  #refusals: { desc: string; left: number; fired: number }[] = [];
  readonly #queues = new Set<FullQueue>();
  readonly #outlets = new Set<ShapedOutlet>();
  readonly #park: (parked: boolean) => void;
  #parked = 0;

  /**
   * @param park - Holds new clients back, or lets them in.
   */
  constructor(park: (parked: boolean) => void) {
    this.#park = park;
  }

  /** Whether new clients are held back. */
  get parked(): boolean {
    return this.#parked > 0;
  }

  /** The shape of a connection's output. */
  shapeOf(connection: number): Shape {
    if (this.#shapes.length === 0) return PLAIN;
    const shape: { -readonly [K in keyof Shape]: Shape[K] } = { active: false };
    for (const one of this.#shapes) {
      if (one.connection === undefined || one.connection === connection) {
        Object.assign(shape, one.shape, { active: true });
      }
    }
    return shape;
  }

  /** The fault that strikes a message, if one does. */
  take(message: PassingMessage, connection: number): FaultRule | undefined {
    if (this.#rules.length === 0) return undefined;
    const rule = this.#rules.find(
      (one) =>
        one.left > 0 &&
        (one.connection === undefined || one.connection === connection) &&
        one.strikes(message),
    );
    if (rule === undefined) return undefined;
    rule.left--;
    rule.fired++;
    return rule;
  }

  /** Text to refuse `qmp_capabilities` with, if it is to be refused. */
  takeRefusal(): string | undefined {
    const refusal = this.#refusals.find((one) => one.left > 0);
    if (refusal === undefined) return undefined;
    refusal.left--;
    refusal.fired++;
    return refusal.desc;
  }

  /** Tells an outlet when the shape changes. */
  watch(outlet: ShapedOutlet): void {
    this.#outlets.add(outlet);
  }

  unwatch(outlet: ShapedOutlet): void {
    this.#outlets.delete(outlet);
  }

  addShape(shape: Omit<Shape, 'active'>, connection: number | undefined): FaultHandle {
    const one = { shape, connection };
    this.#shapes.push(one);
    return handleOf({ fired: 0 }, () => {
      const at = this.#shapes.indexOf(one);
      if (at >= 0) this.#shapes.splice(at, 1);
      this.#pumpAll();
    });
  }

  addRule({ name, times = 1, connection, strikes, apply }: NewRule): FaultHandle {
    if (times !== Infinity) checkCount(name, times, 0);
    const rule: FaultRule = { name, connection, left: times, fired: 0, strikes, apply };
    this.#rules.push(rule);
    return handleOf(rule, () => (this.#rules = this.#rules.filter((other) => other !== rule)));
  }

  addRefusal(desc: string, times: number): FaultHandle {
    if (times !== Infinity) checkCount('refuseNegotiation', times, 0);
    const refusal = { desc, left: times, fired: 0 };
    this.#refusals.push(refusal);
    return handleOf(refusal, () => (this.#refusals = this.#refusals.filter((other) => other !== refusal)));
  }

  addParking(): FaultHandle {
    this.#parked++;
    this.#park(true);
    let cleared = false;
    return handleOf({ fired: 0 }, () => {
      if (cleared || this.#parked === 0) return;
      cleared = true;
      if (--this.#parked === 0) this.#park(false);
    });
  }

  addFullQueue(isMeant: (path: string) => boolean, dials: number): FaultHandle {
    const queue = new FullQueue(isMeant, dials);
    this.#queues.add(queue);
    return handleOf(queue, () => {
      this.#queues.delete(queue);
      queue.clear();
    });
  }

  clear(): void {
    this.close();
    this.#rules = [];
    this.#refusals = [];
    this.#shapes.length = 0;
    if (this.#parked > 0) {
      this.#parked = 0;
      this.#park(false);
    }
    this.#pumpAll();
  }

  /** Stops watching for dials, because the mock or proxy has closed. */
  close(): void {
    for (const queue of this.#queues) queue.clear();
    this.#queues.clear();
  }

  #pumpAll(): void {
    for (const outlet of this.#outlets) outlet.pump();
  }
}

function handleOf(counter: { fired: number }, clear: () => void): FaultHandle {
  return {
    get fired() {
      return counter.fired;
    },
    clear,
  };
}

/** Refuses a number that doesn't make sense. */
export function checkCount(what: string, value: number, least: number, whole: boolean = true): void {
  if (
    typeof value === 'number' &&
    value >= least &&
    value < Infinity &&
    (!whole || Number.isSafeInteger(value))
  ) {
    return;
  }
  throw optionError(`fault.${what}`, `given ${whole ? 'a whole number' : 'a number'} from ${least}`, value);
}
