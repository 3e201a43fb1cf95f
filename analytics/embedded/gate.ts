import { exceptions } from "./exception.ts";

/** A few of something, each used by one caller at a time; callers beyond them wait in line, up to a bound. */
export class Gate<Resource> {
  readonly #free: Resource[];
  readonly #waiting: ((resource: Resource) => void)[] = [];
  readonly #waitingMax: number;
  #running = 0;
  readonly #whenIdle: (() => void)[] = [];

  constructor(resources: readonly Resource[], waitingMax: number) {
    this.#free = [...resources];
    this.#waitingMax = waitingMax;
  }

  get running(): number {
    return this.#running;
  }
  get waiting(): number {
    return this.#waiting.length;
  }

  async use<Value>(work: (resource: Resource) => Promise<Value>): Promise<Value> {
    const resource = await this.#take();
    this.#running++;
    try {
      return await work(resource);
    } finally {
      this.#running--;
      const next = this.#waiting.shift();
      if (next === undefined) this.#free.push(resource);
      else next(resource);
      if (this.#isIdle) for (const resolve of this.#whenIdle.splice(0)) resolve();
    }
  }

  /** Resolves when nobody uses any and nobody waits. */
  async idle(): Promise<void> {
    while (!this.#isIdle) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }

  get #isIdle(): boolean {
    return this.#running + this.#waiting.length === 0;
  }

  #take(): Promise<Resource> {
    const resource = this.#free.pop();
    if (resource !== undefined) return Promise.resolve(resource);
    if (this.#waiting.length >= this.#waitingMax)
      return Promise.reject(exceptions.tooManyQueries(this.#waitingMax));
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
