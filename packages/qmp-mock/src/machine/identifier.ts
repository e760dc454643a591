/** Whether QEMU takes it as an id: a letter, then letters, digits, `-`, `.` and `_` (`id_wellformed`). */
export function isIdentifier(text: string): boolean {
  return /^[A-Za-z][A-Za-z0-9\-._]*$/.test(text);
}
