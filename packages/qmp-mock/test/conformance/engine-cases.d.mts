import type { EngineCase, Mode } from '../../scripts/conformance.mjs';

export const BEGIN: Readonly<Record<Mode, string>>;
export const OOB_END: Buffer;
export const cases: readonly EngineCase[];
