import { decodeBase64, encodeUtf8 } from '../../engine/bytes.ts';
import type { QValue } from '../../engine/json/value.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import { genericError } from '../command.ts';

/** Surroundings that a secret is read in. */
export interface SecretContext {
  /** Reason why a file could not be opened; left out if the program can't look. */
  readonly whyNotOpened: ((path: string) => string | undefined) | undefined;
  /** The beginning of a file, its first 4096 bytes; `'directory'`, or `undefined` if it can't be read. */
  readonly readHead: ((path: string) => Uint8Array | 'directory' | undefined) | undefined;
  /** Decrypts AES-256 in CBC mode without a look at the padding. */
  readonly decryptAes: ((key: Uint8Array, iv: Uint8Array, data: Uint8Array) => Uint8Array) | undefined;
  /** The properties of another secret, or `undefined` if there isn't one with that id. */
  readonly secret: (id: string) => ReadonlyMap<string, QValue> | undefined;
}

const KEY = 32;
const BLOCK = 16;
/** Files are read up to here. */
const MOST = 4096;

/** The bytes of a secret (`qcrypto_secret_complete` in `crypto/secret_common.c`). Throws QEMU's refusal. */
export function secretBytes(properties: ReadonlyMap<string, QValue>, context: SecretContext): Uint8Array {
  const text = (name: string): string | undefined => {
    const value = properties.get(name);
    if (value === undefined || typeof value === 'object') return undefined;
    return String(value);
  };
  const input = inputOf(text('data'), text('file'), context);
  const keyId = text('keyid');
  const isBase64 = text('format') === 'base64';
  if (keyId !== undefined) return decrypt(input, isBase64, keyId, text('iv'), context);
  return isBase64 ? fromBase64(input) : input;
}

function inputOf(data: string | undefined, file: string | undefined, context: SecretContext): Uint8Array {
  if (file !== undefined && data !== undefined) {
    throw genericError("'file' and 'data' are mutually exclusive");
  }
  if (data !== undefined) return encodeUtf8(data);
  if (file === undefined) throw genericError("Either 'file' or 'data' must be provided");
  const why = context.whyNotOpened?.(file);
  if (why !== undefined && why !== 'Is a directory') {
    throw genericError(`Unable to read ${file}: Failed to open file “${file}”: ${why}`);
  }
  const head = context.readHead?.(file);
  if (head === 'directory') {
    throw genericError(`Unable to read ${file}: Error reading file “${file}”: Is a directory`);
  }
  return head === undefined || head.length >= MOST ? notModelled(`a secret in ${file}`) : head;
}

function decrypt(
  input: Uint8Array,
  isBase64: boolean,
  keyId: string,
  iv: string | undefined,
  context: SecretContext,
): Uint8Array {
  const other = context.secret(keyId);
  if (other === undefined) throw genericError(`No secret with id '${keyId}'`);
  const key = secretBytes(other, context);
  if (key.length !== KEY) throw genericError(`Key should be ${KEY} bytes in length`);
  if (iv === undefined) throw genericError('IV is required to decrypt secret');
  const start = fromBase64(encodeUtf8(iv));
  if (start.length !== BLOCK) {
    throw genericError(`IV should be ${BLOCK} bytes in length not ${start.length}`);
  }
  const data = isBase64 ? fromBase64(input) : input;
  if (data.length % BLOCK !== 0) {
    throw genericError(`Length ${data.length} must be a multiple of block size ${BLOCK}`);
  }
  const plain = context.decryptAes?.(key, start, data) ?? notModelled('secrets that are encrypted');
  const padding = plain.at(-1) ?? 0;
  if (padding > BLOCK || padding > plain.length) {
    throw genericError(`Incorrect number of padding bytes (${padding}) found on decrypted data`);
  }
  return plain.slice(0, plain.length - padding);
}

function fromBase64(bytes: Uint8Array): Uint8Array {
  const text = String.fromCodePoint(...bytes);
  if (/[^A-Za-z0-9+/=\r\n]/.test(text)) throw genericError('Base64 data contains invalid characters');
  return decodeBase64(text);
}
