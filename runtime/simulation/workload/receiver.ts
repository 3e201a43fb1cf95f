import type { Chance } from "../world/chance.ts";
import type { Network } from "../world/network.ts";
import type { Process } from "../world/process.ts";
import type { World } from "../world/world.ts";
import type { Notification } from "./account.ts";

const place = "receiver";
const timeoutMs = 800;
const refusedShare = 0.1;

export interface Received {
  readonly key: string;
  readonly notification: string;
  readonly firstMs: number;
  times: number;
}

/** Something outside that effects are performed on. It remembers every idempotency key, as a good receiver does. */
export class Receiver {
  readonly received = new Map<string, Received>();
  /** Keys that came with two different contents. */
  readonly contradictions: string[] = [];
  readonly #world: World;
  readonly #network: Network;
  readonly #chance: Chance;
  trouble = true;

  constructor(world: World, network: Network) {
    this.#world = world;
    this.#network = network;
    this.#chance = world.chance(place);
  }

  /** One attempt from one process: throws when it is refused, or nobody answers. */
  perform(process: Process, { notify }: Notification, key: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = this.#world.scheduler.after(timeoutMs, () =>
        process.deliver(() => reject(new Error("no answer"))),
      );
      const answer = (taken: boolean): void =>
        this.#network.send(place, process.name, "reply", () =>
          process.deliver(() => {
            late();
            if (taken) resolve();
            else reject(new Error("refused"));
          }),
        );
      this.#network.send(process.name, place, "request", () => {
        if (this.trouble && this.#chance.happens(refusedShare)) return answer(false);
        this.#take(key, notify);
        answer(true);
      });
    });
  }

  #take(key: string, notification: string): void {
    this.#world.trace(place, `${key}: ${notification}`);
    const known = this.received.get(key);
    if (known === undefined)
      this.received.set(key, { key, notification, firstMs: this.#world.nowMs, times: 1 });
    else if (known.notification === notification) known.times++;
    else this.contradictions.push(`${key}: ${known.notification}, then ${notification}`);
  }
}
