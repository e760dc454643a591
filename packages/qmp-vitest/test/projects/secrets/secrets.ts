/**
 * The secrets of the run: made by the test that starts it, so that none stands in a source that a reporter
 * might show.
 */
export const secrets = JSON.parse(process.env['TOLD'] ?? '{}') as Record<
  'vnc' | 'data' | 'cookie' | 'url' | 'hmp' | 'expected' | 'variable' | 'agent',
  string
>;

// A program that prints its environment must not print these because with this name.
delete process.env['TOLD'];

/** Value of one of QEMU's options. */
export const quoted = (value: string): string => value.replaceAll(',', ',,');
