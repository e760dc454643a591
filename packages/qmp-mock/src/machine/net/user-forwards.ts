import { notModelled } from '../../engine/not-modelled.ts';
import { readArguments, signature, type HmpArguments } from '../hmp/arguments.ts';
import { complaintsOf, hmpTable, type HmpContext, type HmpOutput, type HmpTable } from '../hmp/command.ts';
import { parseForwarded, type HostForward } from './host-forward.ts';
import { lookAtPorts, type LookAtPort, type WhyNotBound } from './host-ports.ts';
import { showAddress } from './ipv4.ts';
import { forwardRefused } from './net-backend.ts';
import type { NetClient, NetTable } from './net-table.ts';
import { forwardOf } from './user-network.ts';

const HEADER = '  Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ';
const FORWARD = signature('arg1:string arg2:string?');
/** The first descriptor that a QEMU has free once its monitor has a client. */
const FIRST_DESCRIPTOR = 11;

/** Ports of the host that lead to guests in user networks (`net/slirp.c`). */
export class UserForwards {
  readonly #table: NetTable;
  readonly #look: LookAtPort | undefined;
  readonly #descriptors = new WeakMap<HostForward, number>();

  /** @param look - Tells why a port of the host can't be had; `undefined` if the program can't look. */
  constructor(table: NetTable, look: LookAtPort | undefined) {
    this.#table = table;
    this.#look = look;
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
    run: (stack: NetClient, rule: string) => HmpOutput | Promise<HmpOutput>,
  ): HmpOutput | Promise<HmpOutput> {
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

  #add(stack: NetClient, rule: string): HmpOutput | Promise<HmpOutput> {
    let forward: HostForward | undefined;
    const complaints = complaintsOf(() => (forward = forwardOf(rule)), '');
    if (forward === undefined) return complaints;
    const { hostPort } = forward;
    const add = (taken: WhyNotBound, port: HostForward): readonly string[] => {
      if (this.#table.isTaken(port) || taken(port) !== undefined) return [forwardRefused(rule).desc];
      stack.forwards.unshift(port);
      return [];
    };
    if (hostPort === 0) return add(() => undefined, forward);
    const port = forward;
    return lookAtPorts([port], this.#look).then((taken) => add(taken, port));
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
