/** The name by which the program was called. */
export function programName(): string {
  const name = (process.argv[1] ?? '').split('/').pop() ?? '';
  return name === '' || name.startsWith('fake-qemu') ? 'qemu-system-x86_64' : name;
}

/** Whether an emulator of that name is one of x86, of which it is known what it refuses. */
export function isX86(program: string): boolean {
  return /(?:x86_64|i386|kvm)$/.test(program);
}
