/**
 * Mistakes that must not compile, and what the compiler is to say of each: the comment above it has the
 * code and a part of the message. `pnpm test:types` compares both with what each
 * supported compiler says; to the compiler of this project each is just an expected error.
 */
import type { DefaultQapi, QapiSchema, QmpClient } from 'qmp-core';

/** A QEMU that does not have all commands. */
interface Older extends QapiSchema {
  commands: Omit<DefaultQapi['commands'], 'query-cryptodev'>;
  events: DefaultQapi['events'];
}

export async function mistakes(client: QmpClient, old: QmpClient<Older>): Promise<void> {
  // A misspelt command.
  // @ts-expect-error TS2345: Argument of type '"query-blok"' is not assignable to parameter of type 'CommandName<DefaultQapi>'.
  await client.execute('query-blok');
  // A command that an older QEMU does not have.
  // @ts-expect-error TS2345: Argument of type '"query-cryptodev"' is not assignable to parameter of type 'CommandName<Older>'.
  await old.execute('query-cryptodev');

  // Arguments missing.
  // @ts-expect-error TS2554: Expected 2-3 arguments, but got 1.
  await client.execute('device_del');
  // @ts-expect-error TS2345/TS2741: type 'DeviceDelArguments'.
  await client.execute('device_del', {});
  // An argument misspelt.
  // @ts-expect-error TS2561: Object literal may only specify known properties, but 'devce' does not exist in type 'EjectArguments'. Did you mean to write 'device'?
  await client.execute('eject', { devce: 'cd0' });
  // Arguments if none are taken.
  // @ts-expect-error TS2353: Object literal may only specify known properties, and 'force' does not exist in type 'Empty'.
  await client.execute('stop', { force: true });
  // An argument of the wrong type.
  // @ts-expect-error TS2322: Type 'string' is not assignable to type 'boolean | undefined'.
  await client.execute('eject', { id: 'cd0', force: 'yes' });
  // @ts-expect-error TS2322: Type 'bigint' is not assignable to type 'number'.
  await client.execute('migrate-set-parameters', { 'multifd-channels': 4n });
  // A list if one value belongs, and the other way round.
  // @ts-expect-error TS2322: Type 'string[]' is not assignable to type 'string'.
  await client.execute('device_del', { id: ['net0'] });
  // @ts-expect-error TS2353: Object literal may only specify known properties, and 'type' does not exist in type 'KeyValue[]'.
  await client.execute('send-key', { keys: { type: 'qcode', data: 'ctrl' } });
  // A value that the enum does not have.
  // @ts-expect-error TS2820: Type '"exsting"' is not assignable to type 'NewImageMode | undefined'. Did you mean '"existing"'?
  await client.execute('blockdev-snapshot-sync', { 'snapshot-file': 'b', mode: 'exsting' });
  // A member of another variant.
  // @ts-expect-error TS2353: Object literal may only specify known properties, and 'filename' does not exist in type 'BlockdevOptionsNullCo'.
  await client.execute('blockdev-add', { driver: 'null-co', filename: 'a' });
  // A variant that there is not.
  // @ts-expect-error TS2820: Type '"qcow3"' is not assignable to type
  await client.execute('blockdev-add', { driver: 'qcow3', file: 'a' });

  const status = await client.execute('query-status');
  // A member of the result misspelt.
  // @ts-expect-error TS2551: Property 'statuss' does not exist on type 'StatusInfo'. Did you mean 'status'?
  console.log(status.statuss);
  // A run state that there is not.
  // @ts-expect-error TS2367: This comparison appears to be unintentional because the types 'RunState' and '"pausd"' have no overlap.
  console.log(status.status === 'pausd');
  // A result if there is none.
  // @ts-expect-error TS2339: Property 'status' does not exist on type 'Empty'.
  console.log((await client.execute('stop')).status);
  // One result of a list taken for the list.
  // @ts-expect-error TS2339: Property 'device' does not exist on type 'BlockInfo[]'.
  console.log((await client.execute('query-block')).device);
  // A member that only one variant has, before the variant is known.
  const [memory] = await client.execute('query-memory-devices');
  // @ts-expect-error TS7053: expression of type '"requested-size"' can't be used to index type 'MemoryDeviceInfoDimmData |
  console.log(memory?.data['requested-size']);
  // Arithmetic on bytes, which can be a bigint.
  const summary = await client.execute('query-memory-size-summary');
  // @ts-expect-error TS2365: Operator '/' cannot be applied to types 'number | bigint' and 'number'.
  console.log(summary['base-memory'] / 2);

  // A misspelt event.
  // @ts-expect-error TS2345: Argument of type '"RESTE"' is not assignable to parameter of type 'QapiEventFilter<DefaultQapi, EventName<DefaultQapi>>'.
  await client.waitForEvent('RESTE');
  // @ts-expect-error TS2820: Type '"RESTE"' is not assignable to type 'EventName<DefaultQapi>'. Did you mean '"RESET"'?
  await client.waitForEvent(['STOP', 'RESTE']);
  // Data of an event.
  const shutdown = await client.waitForEvent('SHUTDOWN');
  // @ts-expect-error TS2367: This comparison appears to be unintentional because the types 'ShutdownCause' and '"guest"' have no overlap.
  console.log(shutdown.data.reason === 'guest');
  const stopped = await client.waitForEvent('STOP');
  // @ts-expect-error TS2339: Property 'reason' does not exist on type 'never'.
  console.log(stopped.data?.reason);

  // The way out gives nothing away.
  // @ts-expect-error TS2571: Object is of type 'unknown'.
  console.log((await client.untyped.execute('x-vendor-frob')).level);
}
