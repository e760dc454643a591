import { notModelled } from '../../engine/not-modelled.ts';
import { refuse } from '../command-line/start-error.ts';
import type { StartContext } from './start-context.ts';

/** Ways in which SPICE compresses pictures. */
const COMPRESSIONS = /^(off|(auto_)?(glz|lz)|quic)$/;
const MOST_PORT = 65_535;

/** `-spice`, up to where it listens (`qemu_spice_init` in `ui/spice-core.c`). */
export function checkSpice(context: StartContext): void {
  const option = context.last('spice');
  if (option === undefined) return;
  const port = Number(option.get('port') ?? 0);
  const tlsPort = Number(option.get('tls-port') ?? 0);
  if (port > MOST_PORT || port < 0) refuse('spice port is out of range');
  if (tlsPort > MOST_PORT || tlsPort < 0) refuse('spice tls-port is out of range');
  const secret = option.get('password-secret');
  if (secret !== undefined && !context.of('object').some((object) => object.get('id') === secret)) {
    refuse(`No secret with id '${secret}'`);
  }
  if (option.get('password') !== undefined && secret === undefined) {
    context.warn("'password' option is deprecated and insecure, use 'password-secret' instead");
  }
  // The words depend on the library that looks at the certificates.
  if (tlsPort !== 0) notModelled('SPICE over TLS');
  const compression = option.get('image-compression');
  if (compression !== undefined && !COMPRESSIONS.test(compression)) {
    refuse(`spice: invalid image compression: ${compression}`);
  }
}
