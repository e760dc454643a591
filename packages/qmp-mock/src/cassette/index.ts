/**
 * Cassettes: conversations that are recorded with QEMU and replayed without it.
 *
 * @module
 */
export { CassetteRecorder, type CassetteRecorderOptions, type CassetteTimes } from './recorder.ts';
export { RecordingProxy, type RecordingProxyOptions } from './recording-proxy.ts';
export { CassettePlayer, type CassettePlayerOptions } from './player.ts';
export type { CassetteOrder } from './match.ts';
export {
  CASSETTE_MODES,
  cassetteMode,
  readCassette,
  saveCassette,
  type CassetteMode,
  type Saved,
} from './store.ts';
export { parseCassette, printCassette } from './format.ts';
export { printCassetteTranscript } from './transcript.ts';
export { importLog, type ImportLogOptions } from './import-log.ts';
export { assertNoDrift, findDrift, type Drift } from './drift.ts';
export { assertFresh, findStale, type FreshnessOptions, type StaleName } from './staleness.ts';
export type { SchemaSource } from './shapes.ts';
export {
  CassetteDriftError,
  CassetteFormatError,
  CassetteMissingError,
  CassetteStaleError,
} from './errors.ts';
export { REDACTED, type Redact } from './redact.ts';
export type { VolatileOptions } from './volatile.ts';
export type {
  Cassette,
  CassetteHeader,
  CassetteLine,
  CommandLine,
  EndLine,
  EventLine,
  GreetingLine,
  ReplyLine,
  ShapeHashes,
} from './cassette.ts';
