/** The command line is invalid. The message says why, and what would be right. */
export class UsageError extends Error {}
