/** A promise that is settled from outside. Nobody has to handle its rejection. */
export class Deferred<T> {
  readonly promise: Promise<T>;
  resolve!: (value: T) => void;
  reject!: (error: Error) => void;

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // It rejects for those who wait, but nobody has to wait.
    this.promise.catch(() => {});
  }
}
