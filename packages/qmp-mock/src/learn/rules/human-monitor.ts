import { humanLines, humanText, type ProbeContext, type Probes } from './probe.ts';

type HumanMonitorRule =
  | 'noSnapshots'
  | 'driveErrorPrefix'
  | 'mouseErrorPrefix'
  | 'cpuModelShown'
  | 'noVirtio'
  | 'noVncPasswordLine'
  | 'vncPasswordRefusedLine';

const SET_PASSWORD = 'set_password vnc zz-none';

/** Rules of the human monitor. */
export const HUMAN_MONITOR_PROBES: Probes<HumanMonitorRule> = {
  noSnapshots: (context) => oneLine(context, 'info snapshots'),
  driveErrorPrefix: (context) => before(context, 'drive_del zz-none', 'Device '),
  mouseErrorPrefix: (context) => before(context, 'mouse_set 99', 'Mouse '),
  cpuModelShown: async (context) => (await oneLine(context, 'info cpus')).includes(' model='),
  noVirtio: (context) => oneLine(context, 'info virtio'),
  noVncPasswordLine: ({ ask }) => humanText(ask.none, SET_PASSWORD),

  async vncPasswordRefusedLine({ qemu, scratch }) {
    const server = ['-vnc', `unix:${scratch.file('vnc-line')}`];
    await using monitor = await qemu.start(['-machine', 'none', '-nodefaults', '-S', ...server]);
    return await humanText((request) => monitor.ask(request), SET_PASSWORD);
  },
};

async function oneLine({ ask }: ProbeContext, line: string): Promise<string> {
  return (await humanLines(ask.pc, line)).join('\n');
}

/** The text before a word of the answer. */
async function before(context: ProbeContext, line: string, word: string): Promise<string> {
  const answer = await oneLine(context, line);
  const at = answer.indexOf(word);
  if (at < 0) throw new Error(`"${line}" answers ${JSON.stringify(answer)}`);
  return answer.slice(0, at);
}
