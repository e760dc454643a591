/** The monitor's engine: bytes, whole and damaged. */
import { runCampaign, type CampaignOptions } from '../lib/campaign.ts';
import type { Program } from '../qemu/program.ts';
import { fewerBytes } from '../random/damaged.ts';
import { monitorInput } from '../random/monitor-input.ts';
import { EnginePair, type EngineOptions } from './engine-pair.ts';

export async function compareEngine(
  program: Program,
  options: CampaignOptions & EngineOptions,
): Promise<boolean> {
  await using pair = await EnginePair.start(program, options);
  let crashes = 0;
  /** Once there is a difference, each input has a conversation of its own. */
  let found = false;
  const recent: string[] = [];
  const show = (bytes: Uint8Array): string => JSON.stringify(Buffer.from(bytes).toString('latin1'));
  const right = await runCampaign<Uint8Array>(
    {
      name: `${program.name}, engine${modeOf(options)}`,
      input: monitorInput,
      smaller: fewerBytes,
      show,
      async check(bytes) {
        if (found) await pair.fresh();
        let difference = await pair.compare(bytes);
        if (difference === 'crash') {
          crashes++;
          if (crashes === 1) console.log(`${program.name} went down on ${show(bytes)}`);
          await pair.restart();
          return undefined;
        }
        if (difference === undefined) {
          recent.push(show(bytes));
          if (recent.length > 20) recent.shift();
          return undefined;
        }
        if (!found) {
          found = true;
          await pair.fresh();
          const again = await pair.compare(bytes);
          if (again === undefined)
            console.log(`only after other input, of which these are the last:`, recent);
          else if (again !== 'crash') difference = again;
        }
        const { qemu, mock } = difference;
        return [
          'they differ',
          ...qemu.map((line) => `  QEMU  ${line}`),
          ...mock.map((line) => `  mock  ${line}`),
        ].join('\n');
      },
    },
    options,
  );
  if (crashes > 0) console.log(`${program.name} itself went down on ${crashes} inputs`);
  return right;
}

function modeOf({ oob = false, pretty = false, negotiation = true }: EngineOptions): string {
  const modes = [oob && 'oob', pretty && 'pretty', !negotiation && 'no negotiation'].filter(Boolean);
  return modes.length === 0 ? '' : ` (${modes.join(', ')})`;
}
