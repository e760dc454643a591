/**
 * The anchor of a heading: as the repository's own site makes it, so that a link works on both; in the API
 * reference as TypeDoc expects it.
 */
export function anchorOf(heading: string, { env }: { readonly env: unknown }): string {
  const text = heading.trim().toLowerCase();
  const { relativePath = '' } = env as { relativePath?: string };
  if (relativePath.startsWith('api/'))
    return text.replaceAll(/[^\p{L}\p{N}]+/gu, '-').replaceAll(/^-|-$/g, '');
  return text.replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(/\s/g, '-');
}
