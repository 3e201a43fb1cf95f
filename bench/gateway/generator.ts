import { join } from "node:path";
import type { Child, Children } from "./children.ts";
import type { LoadOrder, LoadOutcome } from "./load-order.ts";
import { cpuMicrosOf, waitedMsOf } from "./process-figures.ts";

export interface Server {
  readonly port: number;
  readonly pid: number;
}

/** What came of a load, and what it cost its server. */
export interface Taken extends LoadOutcome {
  readonly cpuMicros: number;
  /** What it waited for a core, which others had. */
  readonly waitedMs: number;
}

/** The process that asks, and keeps all measuring of latency to itself. One load at a time. */
export class Generator {
  readonly #child: Child;

  constructor(children: Children) {
    this.#child = children.start(join(import.meta.dirname, "load.ts"));
  }

  async load({ port, pid }: Server, order: Omit<LoadOrder, "port">): Promise<Taken> {
    const [cpuBefore, waitedBefore] = [await cpuMicrosOf(pid), await waitedMsOf(pid)];
    const outcome = await this.#child.order<LoadOutcome>({ ...order, port } satisfies LoadOrder);
    const cpuMicros = (await cpuMicrosOf(pid)) - cpuBefore;
    return { ...outcome, cpuMicros, waitedMs: (await waitedMsOf(pid)) - waitedBefore };
  }
}
