import { createPrivateKey, X509Certificate } from 'node:crypto';

/**
 * Whether QEMU is certain to take certificates: they can be read, are in force, belong to each other, and to
 * the key. Of any others it isn't said how QEMU would refuse them.
 *
 * @param read - Gives the text of a file.
 * @param authority - Path of the certificate of the authority.
 * @param own - Paths of the own certificate and its key.
 */
export function areGoodCertificates(
  read: (path: string) => string,
  authority: string,
  own: { readonly certificate: string; readonly key: string } | undefined,
): boolean {
  try {
    const ca = new X509Certificate(read(authority));
    if (!ca.ca || !isInForce(ca)) return false;
    if (own === undefined) return true;
    const certificate = new X509Certificate(read(own.certificate));
    const key = createPrivateKey(read(own.key));
    return (
      !certificate.ca &&
      isInForce(certificate) &&
      certificate.checkIssued(ca) &&
      certificate.verify(ca.publicKey) &&
      certificate.checkPrivateKey(key)
    );
  } catch {
    return false;
  }
}

function isInForce({ validFrom, validTo }: X509Certificate): boolean {
  const now = Date.now();
  return Date.parse(validFrom) <= now && now <= Date.parse(validTo);
}
