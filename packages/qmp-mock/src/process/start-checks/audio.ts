import { notModelled } from '../../engine/not-modelled.ts';
import type { StartContext } from './start-context.ts';

/** Drivers that need nothing of the host. */
const FREE = new Set(['none', 'wav']);

/** Audio backends: most are those of a host (`audio_init_audiodevs`). */
export function checkAudio(context: StartContext): void {
  for (const option of context.of('audiodev', 'audio')) {
    const driver = option.get('driver') ?? '';
    if (FREE.has(driver)) continue;
    notModelled(`the audio backend ${driver}`);
  }
}
