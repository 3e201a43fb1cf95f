import type { Network } from "../world/network.ts";
import type { Process } from "../world/process.ts";
import { storePlace } from "../world/store.ts";
import type { Store } from "../world/store.ts";
import type { World } from "../world/world.ts";

/** What a simulated connection of one process is made of. */
export interface Wire {
  readonly world: World;
  readonly network: Network;
  readonly store: Store;
  readonly process: Process;
}

export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
}

/**
 * Asks the store. The work is done when the request arrives, as often as it arrives; the first answer that comes back
 * counts. Without one in time it rejects, and the work may be done, be done later, or never.
 */
export function askStore<Value>(
  { world, network, store, process }: Wire,
  work: () => Value,
  options: { readonly timeoutMs: number; readonly writes: boolean; readonly what: string },
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const stopWaiting = world.scheduler.after(options.timeoutMs, () =>
      process.deliver(() => reject(new NoAnswer(options.what))),
    );
    const answer = (value: Value): void =>
      network.send(storePlace, process.name, "reply", () =>
        process.deliver(() => {
          stopWaiting();
          resolve(value);
        }),
      );
    network.send(process.name, storePlace, "request", () =>
      store.execute(options.writes, () => answer(work())),
    );
  });
}
