import { inRepository } from './repository.ts';

/** Vitest by the package manager's own command, which tells Node where the native part of koffi is. */
export const VITEST: string = inRepository('node_modules/.bin/vitest');
