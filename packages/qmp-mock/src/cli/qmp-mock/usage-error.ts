/** The command line cannot be understood; the message says why and what would be right. */
export class UsageError extends Error {}
