import { Worker } from "node:worker_threads";
import type { Clock } from "../../runtime/index.ts";
import { inSlices } from "../slices.ts";
import { assembleSteps, checkPlan, type Checked } from "./check.ts";
import type { CheckReply, CheckRequest } from "./plan-worker.ts";

/** A millisecond or two on this thread; longer texts go to the worker. */
const hereLengthMax = 32_768;

/** Checks plans without keeping requests waiting. The worker begins with the first large plan. */
export class PlanChecker {
  readonly #hmacSecret: Uint8Array;
  readonly #clock: Clock;
  readonly #waiting = new Map<number, (reply: CheckReply | undefined) => void>();
  #worker: Worker | undefined;
  #count = 0;

  constructor(hmacSecret: Uint8Array, clock: Clock) {
    this.#hmacSecret = hmacSecret;
    this.#clock = clock;
  }

  async check(text: string): Promise<Checked> {
    if (text.length <= hereLengthMax) return checkPlan(text, this.#hmacSecret);
    const reply = await this.#ask(text);
    if (reply === undefined) return checkPlan(text, this.#hmacSecret); // a slow plan is better than none
    if (!reply.ok) return reply;
    return { ok: true, signed: await inSlices(assembleSteps(reply.plan), this.#clock) };
  }

  close(): void {
    void this.#worker?.terminate();
  }

  #ask(text: string): Promise<CheckReply | undefined> {
    this.#worker ??= this.#start();
    const worker = this.#worker;
    const request: CheckRequest = { id: this.#count++, text };
    return new Promise((resolve) => {
      this.#waiting.set(request.id, resolve);
      worker.postMessage(request);
    });
  }

  #start(): Worker {
    const url = new URL("./plan-worker.ts", import.meta.url);
    const worker = new Worker(url, { workerData: { hmacSecret: Uint8Array.from(this.#hmacSecret) } });
    worker.unref();
    worker.on("message", (reply: CheckReply) => {
      const resolve = this.#waiting.get(reply.id);
      this.#waiting.delete(reply.id);
      resolve?.(reply);
    });
    const lost = (): void => {
      if (this.#worker === worker) this.#worker = undefined;
      for (const resolve of this.#waiting.values()) resolve(undefined);
      this.#waiting.clear();
    };
    worker.on("error", lost);
    worker.on("exit", lost);
    return worker;
  }
}
