/** Escape sequences that the human monitor writes. */
const LEFT = '\u001B[D';
const CLEAR = '\u001B[K';

/**
 * The line editor of the human monitor (`util/readline.c`), as far as programs use it: what is typed is
 * echoed, the line rewritten after each key.
 */
export class Readline {
  readonly #prompt: string;
  readonly #write: (text: string) => void;
  readonly #run: (line: string) => void;
  #line = '';
  /** Columns that the cursor stands behind the prompt. */
  #column = 0;
  #escape = 0;

  /**
   * @param prompt - Written before each line.
   * @param write - Takes what goes to the terminal.
   * @param run - Takes a line that was entered.
   */
  constructor(prompt: string, write: (text: string) => void, run: (line: string) => void) {
    this.#prompt = prompt;
    this.#write = write;
    this.#run = run;
  }

  /** Writes the prompt. */
  start(): void {
    this.#line = '';
    this.#column = 0;
    this.#write(this.#prompt);
  }

  /** Takes one key. */
  key(code: number): void {
    if (this.#escape > 0) {
      this.#skipEscape(code);
    } else if (code === 13 || code === 10) {
      const line = this.#line;
      this.#write('\r\n');
      this.#run(line);
    } else if (code === 27) {
      this.#escape = 1;
    } else if (code === 8 || code === 127) {
      if (this.#line !== '') this.#update(this.#line.slice(0, -1));
    } else if (code >= 32) {
      this.#update(this.#line + String.fromCharCode(code));
    }
  }

  #update(line: string): void {
    this.#line = line;
    this.#write(LEFT.repeat(this.#column) + line + CLEAR);
    this.#column = line.length;
  }

  /** After ESC: one more byte, or `[` and bytes up to a letter. */
  #skipEscape(code: number): void {
    if (this.#escape === 1 && code === 0x5b) this.#escape = 2;
    else if (this.#escape === 1 || (code >= 0x40 && code <= 0x7e)) this.#escape = 0;
  }
}
