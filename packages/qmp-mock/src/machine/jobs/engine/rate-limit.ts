/** Length of a slice in which a job may copy its share, in ms. */
const SLICE = 100;

/** Limit of a job's speed (`util/ratelimit.h`): what is too much in a slice makes the next ones longer. */
export class RateLimit {
  /** Bytes a slice; 0: no limit. */
  #quota = 0;
  #start = 0;
  #end = 0;
  #dispatched = 0;

  /** Sets the limit in bytes a second; 0: no limit. */
  set speed(speed: number) {
    this.#quota = speed === 0 ? 0 : Math.max(1, (speed * SLICE) / 1000);
  }

  /** Takes note of bytes that were copied, at a time in ms. Gives the time in ms to wait for the next. */
  delay(bytes: number, now: number): number {
    if (this.#quota === 0) return 0;
    if (this.#end < now) {
      this.#start = now;
      this.#end = now + SLICE;
      this.#dispatched = 0;
    }
    this.#dispatched += bytes;
    if (this.#dispatched < this.#quota) return 0;
    this.#end = this.#start + (this.#dispatched / this.#quota) * SLICE;
    return this.#end - now;
  }
}
