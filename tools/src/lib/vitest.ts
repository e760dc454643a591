import { inRepository } from './repository.ts';

/** Vitest by the package manager's own command, which tells Node where the native part of koffi is. */
export const VITEST: string = inRepository('node_modules/.bin/vitest');

/** The part of Vitest's JSON report that tools read. */
export interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly startTime: number;
    readonly endTime: number;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}
