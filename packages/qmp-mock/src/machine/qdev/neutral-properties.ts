import type { QValue } from '../../engine/json/value.ts';
import { givenValue } from '../qom/given-value.ts';
import type { TypeTable } from '../types/type-table.ts';

/**
 * Properties that a device may be given without becoming another one: its objects, its buses and its entry in
 * `query-pci` stay as they were recorded. With any other property they aren't known.
 */
const NEUTRAL: ReadonlySet<string> = new Set(
  `driver id bus addr multifunction acpi-index failover_pair_id drive netdev chardev iothread rng max-bytes period memdev audiodev
  cryptodev mac bootindex serial wwn port_wwn device_id product vendor ver share-rw werror rerror write-cache rotation_rate discard
  detect-zeroes logical_block_size physical_block_size min_io_size opt_io_size port nr name scsi-id lun channel unit chassis slot
  chassis_nr display head xres yres free-page-reporting free-page-hint deflate-on-oom packed indirect_desc event_idx mrg_rxbuf csum
  gso status rx_queue_size tx_queue_size queue-size seg-max guest_csum guest_tso4 guest_tso6 guest_ecn guest_ufo host_tso4 host_tso6
  host_ecn host_ufo ctrl_vq ctrl_rx ctrl_vlan guest_announce removable node namespace label lun0 pcap msos-desc iobase irq index
  requested-size memaddr block-size`.split(/\s+/),
);

/** Whether a device with these is otherwise as it was recorded: other properties have their defaults. */
export function isAsRecorded(
  types: TypeTable,
  model: string,
  properties: ReadonlyMap<string, unknown>,
): boolean {
  for (const [name, given] of properties) {
    if (NEUTRAL.has(name)) continue;
    const property = types.properties(model)?.find((one) => one.name === name);
    if (property?.defaultValue === undefined) return false;
    const value = givenValue(property.type, name, given as QValue);
    const { defaultValue } = property;
    const isSame =
      typeof value === 'number' || typeof value === 'bigint'
        ? (typeof defaultValue === 'number' || typeof defaultValue === 'bigint') &&
          BigInt(value) === BigInt(defaultValue)
        : value === defaultValue;
    if (value === undefined || !isSame) return false;
  }
  return true;
}
