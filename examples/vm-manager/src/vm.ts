import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { connectMonitor, type ConnectMonitor, type Monitor } from './monitor.ts';
import { commandLine, deviceOf, filesOf, nodeOf, type Disk, type VmFiles, type VmSpec } from './vm-spec.ts';

/** Surroundings of a machine. */
export interface VmOptions {
  /** A directory of its own, for its sockets and files. */
  directory: string;
  /** Environment of the programs that are started. */
  env?: NodeJS.ProcessEnv;
  /** Makes the connection to its monitor. */
  connect?: ConnectMonitor;
}

/** The step by which a machine was ended. */
export type Rung = 'by its guest' | 'by quit' | 'by force';

/** How long QEMU may take to listen, in ms. */
const START = 30_000;

/** Makes a disk image. */
export async function createDisk(disk: Disk, size: string, env?: NodeJS.ProcessEnv): Promise<void> {
  await promisify(execFile)('qemu-img', ['create', '-q', '-f', disk.format, disk.file, size], { env });
}

/** A virtual machine: a QEMU that outlives its manager. */
export class Vm {
  readonly spec: VmSpec;
  readonly #files: VmFiles;
  readonly #monitor: Monitor;

  private constructor(spec: VmSpec, files: VmFiles, monitor: Monitor) {
    this.spec = spec;
    this.#files = files;
    this.#monitor = monitor;
  }

  /** Starts a machine. */
  static async start(spec: VmSpec, options: VmOptions): Promise<Vm> {
    const files = filesOf(options.directory);
    writeFileSync(files.spec, JSON.stringify(spec));
    const child = spawn('qemu-system-x86_64', commandLine(spec, files), {
      env: options.env,
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.unref();
    const complaint = complaintOf(child);
    const connect = options.connect ?? connectMonitor;
    const monitor = await Promise.race([reach(files.qmp, connect, complaint), complaint]);
    return new Vm(spec, files, monitor);
  }

  /** Meets a machine again that another manager has started. */
  static async attach({ directory, connect = connectMonitor }: VmOptions): Promise<Vm> {
    const files = filesOf(directory);
    const spec = JSON.parse(readFileSync(files.spec, 'utf8')) as VmSpec;
    return new Vm(spec, files, await connect(files.qmp));
  }

  /** Leaves the machine alone: it goes on without a manager. */
  async leave(): Promise<void> {
    this.#save();
    await this.#monitor.close();
  }

  /** Its run state. */
  async status(): Promise<string> {
    return (await this.#ask<{ status: string }>('query-status')).status;
  }

  async pause(): Promise<void> {
    await this.#ask('stop');
    await this.#monitor.event('STOP', 5000);
  }

  async resume(): Promise<void> {
    await this.#ask('cont');
    await this.#monitor.event('RESUME', 5000);
  }

  /** Plugs a disk in. If the device can't be had, its node doesn't stay. */
  async plugDisk(disk: Disk): Promise<void> {
    await this.#ask('blockdev-add', nodeOf(disk));
    try {
      await this.#ask('device_add', deviceOf(disk));
    } catch (error) {
      await this.#ask('blockdev-del', { 'node-name': `node-${disk.name}` });
      throw error;
    }
    this.spec.disks.push(disk);
    this.#save();
  }

  /** Unplugs a disk. A SCSI disk leaves without its guest's consent. */
  async unplugDisk(name: string): Promise<void> {
    await this.#ask('device_del', { id: `disk-${name}` });
    const gone = await this.#monitor.event('DEVICE_DELETED', 5000, { device: `disk-${name}` });
    if (gone === undefined) throw new Error(`${this.spec.name} does not let go of ${name}`);
    await this.#ask('blockdev-del', { 'node-name': `node-${name}` });
    this.spec.disks = this.spec.disks.filter((disk) => disk.name !== name);
    this.#save();
  }

  /** Plugs the cable of a network card in, or out. */
  async setLink(name: string, up: boolean): Promise<void> {
    await this.#ask('set_link', { name: `nic-${name}`, up });
  }

  /** Puts a medium into the drive. */
  async insertMedium(file: string): Promise<void> {
    await this.#ask('blockdev-change-medium', { id: 'cd0', filename: file, format: 'raw' });
    await this.#monitor.event('DEVICE_TRAY_MOVED', 5000, { id: 'cd0', 'tray-open': false });
  }

  /** Takes the medium out of the drive, whatever its guest says. */
  async ejectMedium(): Promise<void> {
    await this.#ask('eject', { id: 'cd0', force: true });
  }

  /** Tells how much memory the guest has, in MiB. */
  async memory(): Promise<number> {
    return (await this.#ask<{ actual: number }>('query-balloon')).actual / 2 ** 20;
  }

  /** Asks the guest to give memory back, or to take it, in MiB. It may take its time, or not listen. */
  async requestMemory(size: number): Promise<void> {
    await this.#ask('balloon', { value: size * 2 ** 20 });
  }

  /** Lets somebody in over VNC, for a while in seconds. */
  async allowVnc(password: string, seconds: number): Promise<string> {
    await this.#ask('set_password', { protocol: 'vnc', password });
    await this.#ask('expire_password', { protocol: 'vnc', time: `+${seconds}` });
    return this.#files.vnc;
  }

  /** Takes a picture of the screen, as PPM. */
  async screenshot(): Promise<Buffer> {
    await this.#ask('screendump', { filename: this.#files.screen });
    return readFile(this.#files.screen);
  }

  /** Presses the reset button. */
  async restart(): Promise<void> {
    await this.#ask('system_reset');
    await this.#monitor.event('RESET', 5000);
  }

  /**
   * Ends the machine: its guest is asked, then QEMU, then nobody.
   *
   * @param patience - How long each of them may take, in ms.
   */
  async powerOff(patience: number): Promise<Rung> {
    const pid = Number(readFileSync(this.#files.pid, 'utf8'));
    await this.#ask('system_powerdown');
    const down = await this.#monitor.event('SHUTDOWN', patience);
    if (down !== undefined && (await this.#endsWithin(patience))) return 'by its guest';
    const quits = this.#ask('quit').then(
      () => this.#endsWithin(patience),
      () => this.#endsWithin(patience),
    );
    if (await Promise.race([quits, delay(patience, false, { ref: false })])) return 'by quit';
    process.kill(pid, 'SIGKILL');
    await this.#monitor.closed;
    return 'by force';
  }

  async #endsWithin(patience: number): Promise<boolean> {
    const late = delay(patience, false, { ref: false });
    return Promise.race([this.#monitor.closed.then(() => true), late]);
  }

  #ask<T = unknown>(command: string, args?: Record<string, unknown>): Promise<T> {
    return this.#monitor.execute(command, args) as Promise<T>;
  }

  #save(): void {
    writeFileSync(this.#files.spec, JSON.stringify(this.spec));
  }
}

/** Rejects with what QEMU said, when it ends. */
function complaintOf(child: ChildProcess): Promise<never> {
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
  const complaint = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) =>
      reject(new Error(`QEMU ended (${signal ?? `exit code ${code}`}): ${said.trim()}`)),
    );
  });
  complaint.catch(() => {});
  return complaint;
}

/** Connects as soon as QEMU listens. */
async function reach(path: string, connect: ConnectMonitor, complaint: Promise<never>): Promise<Monitor> {
  let ended = false;
  complaint.catch(() => (ended = true));
  for (const until = Date.now() + START; ; await delay(10)) {
    try {
      return await connect(path);
    } catch (error) {
      if (ended || Date.now() > until) throw error;
    }
  }
}
