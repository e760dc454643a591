import { createDecipheriv } from 'node:crypto';

/** Decrypts AES-256 in CBC mode, and leaves the padding. */
export function decryptAes(key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array {
  const cipher = createDecipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
  return Buffer.concat([cipher.update(data), cipher.final()]);
}
