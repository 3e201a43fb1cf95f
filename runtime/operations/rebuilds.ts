import type { FoldRebuilding } from "../../protocols/actor-operations.ts";
import type { Reply } from "../../protocols/errors.ts";
import { rebuild } from "../folds/rebuild.ts";
import type {
  Rebuildable,
  RebuildOptions,
  RebuildProgress,
  RebuildTools,
  Rebuilt,
} from "../folds/rebuild.ts";
import { addressText } from "../messaging/address.ts";
import type { Address } from "../messaging/address.ts";

interface Running {
  readonly stopping: AbortController;
  progress: RebuildProgress;
}

const none = { messages: 0, records: 0, share: 0 } as const;

/** The rebuilds of one host that run just now: for whoever wants to know how far they are, or gives them up. */
export class Rebuilds {
  readonly #tools: RebuildTools;
  readonly #running = new Map<string, Running>();

  constructor(tools: RebuildTools) {
    this.#tools = tools;
  }

  async run(target: Rebuildable, options: RebuildOptions): Promise<Reply<Rebuilt>> {
    const name = addressText(target.address);
    const running: Running = { stopping: new AbortController(), progress: none };
    this.#running.set(name, running);
    const { signal } = running.stopping;
    try {
      const begun = (progress: RebuildProgress): void => void (running.progress = progress);
      return await rebuild(target, { ...options, signal, begun }, this.#tools);
    } finally {
      this.#running.delete(name);
    }
  }

  look(address: Address, cancel: boolean): FoldRebuilding {
    const running = this.#running.get(addressText(address));
    if (cancel) running?.stopping.abort();
    const { messages, records, share } = running?.progress ?? none;
    return { running: running !== undefined, messages, records, share };
  }
}
