import type { CallSite } from 'qmp-core/internal';
import type { Answerer } from './reply.ts';

/** A handler that a test added. */
export class AddedHandler {
  readonly name: string;
  readonly site: CallSite;
  readonly answerer: Answerer;
  readonly once: boolean;
  readonly unchecked: boolean;

  constructor(name: string, site: CallSite, answerer: Answerer, once: boolean, unchecked: boolean) {
    this.name = name;
    this.site = site;
    this.answerer = answerer;
    this.once = once;
    this.unchecked = unchecked;
  }

  /** Whether it has stopped answering calls. */
  get usedUp(): boolean {
    return this.once && this.answerer.calls > 0;
  }
}
