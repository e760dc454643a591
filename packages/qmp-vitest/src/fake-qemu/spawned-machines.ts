import { CassetteMissingError } from 'qmp-mock';
import { binaryOf, missingQemu } from '../backend/qemu.ts';
import { schemaOf } from '../backend/record.ts';
import { isPlayed, modeFor } from '../cassette/options.ts';
import type { CassettePlace } from '../cassette/place.ts';
import type { FakeQemuOptions } from './fake-qemu.ts';
import { SpawnedCassettes } from './spawned-cassettes.ts';
import type { QmpBackend, QmpTestOptions } from '../options.ts';

/** Kind of the machines that the code under test starts. */
export type SpawnedMachines = Pick<FakeQemuOptions, 'binary' | 'cassettes'>;

/**
 * Gives the kind of the machines on a backend, or says in words why there can't be any.
 *
 * @param place - The test that cassettes are of.
 * @throws CassetteMissingError if there has to be a cassette and there is none.
 */
export function spawnedMachines(
  backend: Exclude<QmpBackend, 'mock'>,
  place: CassettePlace | undefined,
  { qemuOptions, cassetteOptions }: Pick<QmpTestOptions, 'qemuOptions' | 'cassetteOptions'>,
): SpawnedMachines | string {
  const real = (cassettes?: SpawnedCassettes): SpawnedMachines | string =>
    missingQemu({ qemuOptions }) ?? { binary: binaryOf(qemuOptions), cassettes };
  if (backend === 'qemu' || place === undefined) return real();
  const schema = (): ReturnType<typeof schemaOf> => schemaOf(qemuOptions);
  const cassettes = new SpawnedCassettes({ place, options: cassetteOptions, schema });
  const exists = (): boolean => cassettes.files.length > 0;
  if (!isPlayed(backend, cassetteOptions, exists)) return real(cassettes);
  if (exists()) return { cassettes };
  const missing = `There is no cassette ${cassettes.file(1)}: record one with QMP_BACKEND=record`;
  if (modeFor(backend, cassetteOptions) !== 'lockdown') return missing;
  throw new CassetteMissingError(missing);
}
