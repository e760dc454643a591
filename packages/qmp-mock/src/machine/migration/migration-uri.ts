const PROTOCOLS = /^(tcp|unix|exec|fd|file|rdma|vsock|defer)(:|$)/;

/** Whether a URI names a kind of transport that QEMU has. */
export function isMigrationUri(uri: string): boolean {
  return PROTOCOLS.test(uri);
}
