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

/** Whether a device that was given these is otherwise as it was recorded. */
export function areNeutral(names: Iterable<string>): boolean {
  for (const name of names) if (!NEUTRAL.has(name)) return false;
  return true;
}
