import { getSystemErrorMap } from 'node:util';

/** Texts in which the C library differs from what libuv says. */
const OWN: Readonly<Record<string, string>> = {
  EADDRINUSE: 'Address already in use',
  EADDRNOTAVAIL: 'Cannot assign requested address',
  EISDIR: 'Is a directory',
  ENOTDIR: 'Not a directory',
  EAFNOSUPPORT: 'Address family not supported by protocol',
  ETIMEDOUT: 'Connection timed out',
  EHOSTUNREACH: 'No route to host',
};

/** The text of `strerror` for a system error. */
export function strerror(error: unknown): string {
  const { code, errno, message } = error as NodeJS.ErrnoException;
  if (code !== undefined && Object.hasOwn(OWN, code)) return OWN[code] ?? message;
  const text = errno === undefined ? undefined : getSystemErrorMap().get(errno)?.[1];
  return text === undefined ? message : text.charAt(0).toUpperCase() + text.slice(1);
}
