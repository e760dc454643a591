/** Properties of objects that are text, whatever they look like. */
const TEXTS =
  /^(data|file|format|keyid|iv|dir|endpoint|username|priority|passwordid|filename|chardev|identity)$/;

/** Whether a property of an object is text, although a command line may give a number. */
export function isTextProperty(name: string): boolean {
  return TEXTS.test(name);
}
