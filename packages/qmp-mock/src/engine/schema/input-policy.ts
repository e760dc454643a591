/** QEMU's `-compat`, as far as it is about what comes in; `crash` is not acted on. */
export interface InputPolicy {
  /** What becomes of arguments and values that are deprecated. */
  readonly deprecatedInput?: 'accept' | 'reject' | 'crash' | undefined;
  /** What becomes of arguments and values without a promise of stability. */
  readonly unstableInput?: 'accept' | 'reject' | 'crash' | undefined;
}

/** The word with which QEMU's refusal begins where the policy forbids these features (`qapi/qapi-util.c`). */
export function forbidden(
  policy: InputPolicy,
  features: readonly string[] | undefined,
): 'Deprecated' | 'Unstable' | undefined {
  if (policy.deprecatedInput === 'reject' && features?.includes('deprecated')) return 'Deprecated';
  if (policy.unstableInput === 'reject' && features?.includes('unstable')) return 'Unstable';
  return undefined;
}
