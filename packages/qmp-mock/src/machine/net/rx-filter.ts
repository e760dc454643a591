/** Number of VLANs, of which a card lets all through. */
const VLANS = 4096;

/**
 * The filter of a card `virtio-net` that its guest hasn't set (`virtio_net_query_rxfilter`), as
 * `query-rx-filter` tells it.
 *
 * @param mac - Its address.
 */
export function rxFilter(name: string, mac: string): Readonly<Record<string, unknown>> {
  return {
    promiscuous: true,
    name,
    'main-mac': mac,
    unicast: 'normal',
    vlan: 'all',
    'vlan-table': Array.from({ length: VLANS }, (_, index) => VLANS - 1 - index),
    'unicast-table': [],
    multicast: 'normal',
    'multicast-overflow': false,
    'unicast-overflow': false,
    'multicast-table': [],
    'broadcast-allowed': false,
  };
}
