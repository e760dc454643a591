/**
 * What the mock's code takes from Node's modules, in a browser: what there is of it, and for the rest
 * something that says that it isn't there. Vite puts it in the place of the modules (`.vitepress/node.ts`).
 */
import { Buffer } from 'buffer/';

// The streams of `readable-stream`, and chunks of the mock, are Buffers.
Object.assign(globalThis, { Buffer });

export { Buffer };

export const setTimeout: typeof globalThis.setTimeout = globalThis.setTimeout.bind(globalThis);
export const clearTimeout: typeof globalThis.clearTimeout = globalThis.clearTimeout.bind(globalThis);
export const setImmediate = (action: () => void): unknown => globalThis.setTimeout(action, 0);

/** A path of the playground's files: absolute, without `.` and `..`. */
export const resolve = (...parts: readonly string[]): string =>
  new URL(parts.join('/').replace(/^.*\/(?=\/)/, ''), 'file:///').pathname;

/** Errors that the playground's host gives, by their numbers, as `node:util` has them. */
export const getSystemErrorMap = (): ReadonlyMap<number, readonly [string, string]> =>
  new Map([
    [-2, ['ENOENT', 'no such file or directory']],
    [-111, ['ECONNREFUSED', 'connection refused']],
    [-88, ['ENOTSOCK', 'socket operation on non-socket']],
  ]);

export const isAscii = (bytes: Uint8Array): boolean => bytes.every((byte) => byte < 128);
export const isUtf8 = (bytes: Uint8Array): boolean => {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
};
export const isBoxedPrimitive = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && typeof value.valueOf() !== 'object';

const notHere = (): never => {
  throw new Error('This is not possible in a browser.');
};

export const createCipheriv = notHere;
export const createDecipheriv = notHere;
export const createPrivateKey = notHere;
export const randomBytes = notHere;
export const connect = notHere;
export const createServer = notHere;
export const isIPv4 = (host: string): boolean => /^\d{1,3}(?:\.\d{1,3}){3}$/.test(host);
export const isIP = (host: string): number => (isIPv4(host) ? 4 : host.includes(':') ? 6 : 0);
/** Nothing is one: only Node's own connections are. */
export const Socket: () => void = function Socket() {};
/** Certificates can't be read here. */
export const X509Certificate = notHere;
