const MEBIBYTE = 1024 * 1024;

/** Images that are there when a machine starts. */
export const IMAGES = [
  { filename: 'disk.qcow2', format: 'qcow2', size: 10 * 1024 * MEBIBYTE },
  { filename: 'data.raw', format: 'raw', size: 64 * MEBIBYTE },
  { filename: 'install.iso', format: 'raw', size: 8 * MEBIBYTE },
] as const;
