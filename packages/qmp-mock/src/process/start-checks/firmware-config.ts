import type { StartOption } from '../command-line/start-option.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import { refuse } from '../command-line/start-error.ts';
import type { StartContext } from './start-context.ts';

/** Longest name of an item, in bytes (`FW_CFG_MAX_FILE_PATH`). */
const LONGEST = 55;
/** Boards that tell their guest things this way. */
const BOARDS = new Set(['pc', 'q35', 'isapc', 'microvm']);

/** `-fw_cfg` (`parse_fw_cfg` in `system/vl.c`). */
export function checkFirmwareConfig(context: StartContext): void {
  const names = new Set<string>();
  for (const option of context.of('fw_cfg')) {
    if (!BOARDS.has(context.machine.kind)) refuse('fw_cfg device not available', option);
    const name = option.get('name') ?? '';
    checkItem(context, option, name);
    if (names.has(name)) refuse(`duplicate fw_cfg file name: ${name}`, option);
    names.add(name);
  }
}

function checkItem(context: StartContext, option: StartOption, name: string): void {
  const [text, path, generator] = ['string', 'file', 'gen_id'].map((key) => option.get(key) ?? '');
  if (name === '' || [text, path, generator].filter(Boolean).length !== 1) {
    refuse('name, plus exactly one of file, string and gen_id, are needed', option);
  }
  if (name.length > LONGEST) refuse(`name too long (max. ${LONGEST} char)`, option);
  if (generator !== undefined && generator !== '') {
    const object = context.of('object').find((one) => one.get('id') === generator);
    if (object === undefined) refuse(`Cannot find object ID '${generator}'`, option);
    // Priorities of the system are in the configuration of GnuTLS.
    if (object.get('priority')?.startsWith('@') === true) notModelled(`what ${generator} gives`);
    return;
  }
  if (!name.startsWith('opt/')) {
    context.warn('externally provided fw_cfg item names should be prefixed with "opt/"', option.location);
  }
  if (path === undefined || path === '') return;
  if (context.file.peek(path)?.kind === 'directory') {
    refuse(`can't load ${path}: Error reading file “${path}”: Is a directory`, option);
  }
  const why = context.file.whyNotReadable(path);
  if (why !== undefined) refuse(`can't load ${path}: Failed to open file “${path}”: ${why}`, option);
  if (context.file.peek(path) === undefined) notModelled(`the file ${path}`);
}
