/** An error for the person who ran the command: it is printed without a stack. */
export class CliError extends Error {
  static {
    this.prototype.name = 'CliError';
  }
}

/** The system's own words for why a file or a program could not be used. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
      return 'no such file or directory';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'EISDIR':
      return 'it is a directory';
    default:
      return error.message;
  }
}
