import type { QemuProfile } from '../../engine/profile.ts';
import { isIdentifier } from '../../machine/identifier.ts';
import { machineData } from '../../machine/machine-data.ts';
import type { MonitorInfo } from '../../machine/machine-host.ts';
import { machineRules, type MachineRules } from '../../machine/machine-rules.ts';
import { ALIASES, chardevFromOpts } from './chardev-options.ts';
import { compatChardev } from './compat-chardev.ts';
import { MONITOR_ARGUMENT } from './option-groups.ts';
import { badIdentifier, type OptionGroup, type QemuOpts } from './qemu-opts.ts';
import type { ReadingContext } from './reading-context.ts';
import { recordedNames } from './recorded-names.ts';
import { StartError } from './start-error.ts';
import type { ChardevStep, MonitorStep, PortStep, Step } from './start-plan.ts';

/** In the order in which QEMU connects them. */
const PORT_KINDS: readonly PortStep['kind'][] = ['serial', 'parallel', 'debugcon'];

/** Reads the options that name chardevs, and the monitors and ports on them. */
export class ChardevReader {
  readonly #profile: QemuProfile;
  readonly #rules: MachineRules;
  readonly #context: ReadingContext;
  readonly #chardevs: Step<ChardevStep>[] = [];
  readonly #monitors: Step<MonitorStep>[] = [];
  readonly #ports: Step<PortStep>[] = [];
  readonly #ids = new Set<string>();
  readonly #monitorIds = new Set<string>();
  #compatMonitors = 0;
  #warnedOfMon = false;

  constructor(profile: QemuProfile, context: ReadingContext) {
    this.#profile = profile;
    this.#rules = machineRules(profile);
    this.#context = context;
  }

  /** Chardevs, in the order of the command line. */
  get chardevs(): readonly Step<ChardevStep>[] {
    return this.#chardevs;
  }

  /** Monitors, in the order of the command line. */
  get monitors(): readonly Step<MonitorStep>[] {
    return this.#monitors;
  }

  /** Ports of the guest, in the order in which QEMU connects them. */
  get ports(): readonly Step<PortStep>[] {
    return PORT_KINDS.flatMap((kind) => this.#ports.filter(({ value }) => value.kind === kind));
  }

  /** First number for monitors whose id QEMU makes up. */
  get nextMonitor(): number {
    return this.#compatMonitors;
  }

  /** Takes an option, and says whether it is one of these. Throws a `StartError` with QEMU's text. */
  take(name: string, argument: string): boolean {
    switch (name) {
      case 'chardev':
        this.#takeChardev(argument);
        break;
      case 'mon':
        this.#takeMon(argument);
        break;
      case 'qmp':
        this.#takeCompatMonitor(argument, { type: 'monitor-qmp', pretty: false });
        break;
      case 'qmp-pretty':
        this.#takeCompatMonitor(argument, { type: 'monitor-qmp', pretty: true });
        break;
      case 'monitor':
        if (argument !== 'none') this.#takeCompatMonitor(argument, { type: 'monitor-hmp' });
        break;
      case 'serial':
      case 'parallel':
      case 'debugcon':
        this.#takePort(name, argument);
        break;
      default:
        return false;
    }
    return true;
  }

  get #chardevGroup(): OptionGroup {
    return {
      parameters: machineData(this.#profile).chardevParameters,
      implied: 'backend',
      warnsOfFlags: true,
    };
  }

  #takeChardev(argument: string): void {
    this.#addChardev(this.#context.parse(argument, this.#chardevGroup));
  }

  #addChardev(opts: QemuOpts): void {
    const { id = '' } = opts;
    const backend = opts.get('backend') ?? '';
    const alias = this.#rules.chardevAliases ? ALIASES.get(backend) : undefined;
    if (alias !== undefined) {
      this.#context.warn(`warning: The alias '${backend}' is deprecated, use '${alias}' instead`);
    }
    if (id !== '' && this.#ids.has(id)) throw new StartError(`Duplicate ID '${id}' for chardev`);
    this.#ids.add(id);
    this.#chardevs.push({ location: this.#context.location, value: this.#chardevStep(opts) });
  }

  #chardevStep(opts: QemuOpts): ChardevStep {
    const kinds = (): readonly string[] => recordedNames(this.#profile, 'query-chardev-backends', 'name');
    return {
      id: opts.id ?? '',
      backend: opts.get('backend'),
      fd: opts.number('fd'),
      spec: (exists) => chardevFromOpts(opts, { rules: this.#rules, kinds, exists }),
    };
  }

  #takeMon(argument: string): void {
    if (this.#rules.monDeprecated && !this.#warnedOfMon) {
      this.#warnedOfMon = true;
      this.#context.warn(
        "warning: '-mon' is deprecated, use '-object' with 'monitor-hmp' or 'monitor-qmp' types instead",
      );
    }
    const opts = this.#context.parse(argument, MONITOR_ARGUMENT);
    this.#claimMonitorId(opts.id);
    this.#monitors.push({
      location: this.#context.location,
      value: {
        id: opts.id,
        type: opts.get('mode') === 'control' ? 'monitor-qmp' : 'monitor-hmp',
        chardev: opts.get('chardev'),
        mode: opts.get('mode'),
        pretty: opts.bool('pretty', false),
      },
    });
  }

  #claimMonitorId(id: string | undefined): void {
    if (id === undefined) return;
    if (this.#monitorIds.has(id)) throw new StartError(`Duplicate ID '${id}' for mon`);
    this.#monitorIds.add(id);
  }

  /** `-qmp` and `-monitor`: a chardev of their own, and a monitor on it. */
  #takeCompatMonitor(argument: string, monitor: Pick<MonitorInfo, 'type' | 'pretty'>): void {
    let label: string;
    if (argument.startsWith('chardev:')) {
      label = argument.slice('chardev:'.length);
    } else {
      label = `compat_monitor${this.#compatMonitors++}`;
      const found = compatChardev(argument, label, this.#chardevGroup);
      const faults = 'faults' in found ? found.faults : this.#whyNot(() => this.#addChardev(found.opts));
      if (faults !== undefined) {
        for (const fault of faults) this.#context.warn(fault);
        throw new StartError(`parse error: ${argument}`);
      }
    }
    if (!isIdentifier(label)) throw new StartError(badIdentifier().message);
    this.#claimMonitorId(label);
    this.#monitors.push({
      location: this.#context.location,
      value: { ...monitor, id: label, chardev: label },
    });
  }

  #whyNot(action: () => void): string[] | undefined {
    try {
      action();
      return undefined;
    } catch (error) {
      if (error instanceof StartError) return [error.message];
      throw error;
    }
  }

  /** A port that the board has without being asked for. */
  addDefaultPort(kind: PortStep['kind'], argument: string): void {
    this.#takePort(kind, argument);
  }

  /** A port of the guest: its chardev is opened when all monitors are there. */
  #takePort(kind: PortStep['kind'], argument: string): void {
    if (argument === 'none') return;
    const index = this.#ports.filter(({ value }) => value.kind === kind).length;
    const id = kind === 'debugcon' ? kind : `${kind}${index}`;
    const refusal =
      kind === 'debugcon'
        ? `invalid character backend '${argument}'`
        : `could not connect ${kind} device to character backend '${argument}'`;
    const port = { kind, id, refusal, monitor: argument.startsWith('mon:') };
    const step = (value: Partial<PortStep>): void => {
      this.#ports.push({ location: this.#context.location, value: { ...port, ...value } });
    };
    if (argument.startsWith('chardev:')) return step({ id: argument.slice('chardev:'.length) });
    const found = compatChardev(argument, id, this.#chardevGroup);
    if ('faults' in found) return step({ faults: found.faults });
    step({ chardev: this.#chardevStep(found.opts) });
  }
}
