import { notModelled } from '../../engine/not-modelled.ts';
import { genericError } from '../command.ts';
import { readArguments, signature, type HmpArguments } from '../hmp/arguments.ts';
import { complaintsOf, hmpTable, type HmpContext, type HmpTable } from '../hmp/command.ts';
import { isSamePort, parseForwarded, type HostForward } from './host-forward.ts';
import { showAddress } from './ipv4.ts';
import type { NetClient, NetTable } from './net-table.ts';
import { forwardOf } from './user-network.ts';

/** Whether somebody else has a port of the host; `undefined` if the program can't look. */
export type WhyNotBound = (protocol: 'tcp' | 'udp', host: string, port: number) => string | undefined;

const HEADER = '  Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ';
const FORWARD = signature('arg1:string arg2:string?');
/** The first descriptor that a QEMU has free once its monitor has a client. */
const FIRST_DESCRIPTOR = 11;

/** Ports of the host that lead to guests in user networks (`net/slirp.c`). */
export class UserForwards {
  readonly #table: NetTable;
  readonly #whyNotBound: WhyNotBound | undefined;
  readonly #descriptors = new WeakMap<HostForward, number>();

  constructor(table: NetTable, whyNotBound: WhyNotBound | undefined) {
    this.#table = table;
    this.#whyNotBound = whyNotBound;
  }

  /** Throws QEMU's refusal of rules of which one can't be had. They are in the order of opening. */
  check(rules: readonly string[], forwards: readonly HostForward[]): void {
    const opened: HostForward[] = [];
    for (const [index, forward] of forwards.entries()) {
      this.#assertFree(rules[index] ?? '', forward, opened);
      opened.push(forward);
    }
  }

  hmpCommands(): HmpTable {
    return hmpTable({
      hostfwd_add: (context) => this.#change(context, (stack, rule) => this.#add(stack, rule)),
      hostfwd_remove: (context) => this.#change(context, (stack, rule) => this.#remove(stack, rule)),
    });
  }

  /** Lines of `info usernet`. */
  lines(): readonly string[] {
    return this.#table.stacks().flatMap((stack) => {
      const hub = this.#table.hubOf(stack) ?? -1;
      const shown = (protocol: string): string[] =>
        stack.forwards
          .filter((forward) => forward.protocol === protocol)
          .map((forward) => this.#line(forward, stack));
      return [`Hub ${hub} (${stack.name}):`, HEADER, ...shown('tcp'), ...shown('udp')];
    });
  }

  #change(
    { names, rest }: HmpContext,
    run: (stack: NetClient, rule: string) => readonly string[],
  ): readonly string[] {
    const given: HmpArguments = readArguments(names, FORWARD, rest);
    const [first, second] = [given.get('arg1'), given.get('arg2')].map((value) =>
      value === undefined ? undefined : String(value),
    );
    if (second === undefined) {
      const [stack] = this.#table.stacks();
      return stack === undefined ? ['user mode network stack not in use'] : run(stack, first ?? '');
    }
    const stack = this.#table.backend(first ?? '');
    if (stack === undefined) return [`unrecognized netdev id '${first}'`];
    return stack.type === 'user' ? run(stack, second) : ['invalid device specified'];
  }

  #add(stack: NetClient, rule: string): readonly string[] {
    return complaintsOf(() => {
      const forward = forwardOf(rule);
      this.#assertFree(rule, forward, []);
      stack.forwards.unshift(forward);
    }, '');
  }

  #remove(stack: NetClient, text: string): readonly string[] {
    const asked = parseForwarded(text);
    if (asked === undefined) return ['invalid format'];
    const at = stack.forwards.findIndex(
      ({ protocol, host, hostPort }) =>
        protocol === asked.protocol && host === asked.host && hostPort === asked.hostPort,
    );
    if (at < 0) return [`host forwarding rule for ${text} not found`];
    stack.forwards.splice(at, 1);
    return [`host forwarding rule for ${text} removed`];
  }

  #assertFree(rule: string, forward: HostForward, others: readonly HostForward[]): void {
    const isTaken =
      this.#table.isForwarded(forward) ||
      others.some((other) => isSamePort(other, forward)) ||
      this.#whyNotBound?.(forward.protocol, showAddress(forward.host), forward.hostPort) !== undefined;
    if (isTaken) throw genericError(`Could not set up host forwarding rule '${rule}'`);
  }

  #line(forward: HostForward, { guest }: NetClient): string {
    if (forward.hostPort === 0) notModelled('a port of the host that QEMU chooses');
    const host = forward.host === 0 ? '*' : showAddress(forward.host);
    const to = showAddress(forward.guest === 0 ? guest : forward.guest);
    const pad = (value: string | number, width: number): string => String(value).padStart(width);
    return [
      `  ${forward.protocol.toUpperCase()}[HOST_FORWARD]`,
      pad(this.#descriptorOf(forward), 3),
      ...[pad(host, 15), pad(forward.hostPort, 5), pad(to, 15), pad(forward.guestPort, 5)],
      ...[pad(0, 5), pad(0, 5)],
    ].join(' ');
  }

  /** Each has the lowest number that was free when it came. */
  #descriptorOf(forward: HostForward): number {
    const all = this.#table.stacks().flatMap(({ forwards }) => forwards.toReversed());
    const taken = new Set(all.flatMap((one) => this.#descriptors.get(one) ?? []));
    for (const one of all) {
      if (this.#descriptors.has(one)) continue;
      let free = FIRST_DESCRIPTOR;
      while (taken.has(free)) free += 1;
      taken.add(free);
      this.#descriptors.set(one, free);
    }
    return this.#descriptors.get(forward) ?? FIRST_DESCRIPTOR;
  }
}
