/**
 * QEMU's words for arguments that its schema doesn't allow (`include/qapi/qmp/qerror.h` and
 * `qapi/qobject-input-visitor.c`). The error class is always `GenericError`.
 */
export const refusal = {
  missing: (path: string): string => `Parameter '${path}' is missing`,
  unexpected: (path: string): string => `Parameter '${path}' is unexpected`,
  type: (path: string, expected: string): string =>
    `Invalid parameter type for '${path}', expected: ${expected}`,
  expects: (path: string, what: string): string => `Parameter '${path}' expects ${what}`,
  policy: (word: 'Deprecated' | 'Unstable', what: 'parameter' | 'value', name: string): string =>
    `${word} ${what} ${name} disabled by policy`,
  value: (path: string, value: string): string => `Parameter '${path}' does not accept value '${value}'`,
} as const;
