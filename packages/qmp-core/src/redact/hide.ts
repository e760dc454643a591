import { REDACTED } from './table.ts';

/** A function that takes a found secret and returns the text to put in its place. */
export type Hide = (secret: string) => string;

/** Forgets the secret. */
export const hide: Hide = () => REDACTED;
