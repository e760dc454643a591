/** The name by which the program was called. */
export function programName(): string {
  const name = (process.argv[1] ?? '').split('/').pop() ?? '';
  return name === '' || name.startsWith('fake-qemu') ? 'qemu-system-x86_64' : name;
}
