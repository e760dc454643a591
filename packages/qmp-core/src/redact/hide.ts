import { REDACTED } from './table.ts';

/** Is given each secret that was found, and gives what is written in its place. */
export type Hide = (secret: string) => string;

/** Forgets the secret. */
export const hide: Hide = () => REDACTED;
