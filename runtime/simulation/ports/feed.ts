import type { FollowEnd } from "../../ports/connection.ts";
import type { Network } from "../world/network.ts";
import { storePlace } from "../world/store.ts";
import type { Wire } from "./rpc.ts";

/** A follower that is behind looks again after this. */
const lookAgainMs = 200;
const batchMax = 64;

export interface FeedSource<Item> {
  /** What stands behind that position, oldest first. */
  since(position: number): readonly Item[];
  positionOf(item: Item): number;
  listen(listener: () => void): () => void;
}

export interface Feed {
  readonly position: number;
  /** What the source holds behind the position. */
  readonly pending: number;
  readonly ended: Promise<FollowEnd>;
  stop(): Promise<void>;
}

/**
 * Brings what a source holds and gets to a process, in order and once. Partitions and outages only delay it, and a
 * replica that is behind shows the newest later.
 */
export function openFeed<Item>(
  { world, network, store, process }: Wire,
  source: FeedSource<Item>,
  after: number,
  handler: (item: Item) => void | Promise<void>,
): Feed {
  const queue: Item[] = [];
  let sent = after;
  let position = after;
  let scheduled = false;
  let stopped = false;
  let running: Promise<void> | undefined;
  const { promise: ended, resolve: end } = Promise.withResolvers<FollowEnd>();

  const run = async (): Promise<void> => {
    try {
      for (let item = queue.shift(); item !== undefined && !stopped; item = queue.shift()) {
        await handler(item);
        position = source.positionOf(item);
      }
      running = undefined;
    } catch {
      stopped = true;
      stopListening();
      end("failed");
    }
  };
  const receive = (items: readonly Item[]): void => {
    if (stopped) return;
    queue.push(...items);
    running ??= run();
  };
  const look = (): void => {
    scheduled = false;
    if (stopped || !process.alive) return stopListening();
    const ready = source.since(sent);
    if (ready.length === 0) return;
    if (isAway(network, process.name) || world.weather.storeDown) return later(network.reconnectMs());
    if (queue.length > 0) return later(lookAgainMs);
    const visible = store.isStale() ? ready.slice(0, -1) : ready;
    const items = visible.slice(0, batchMax);
    const last = items.at(-1);
    if (last !== undefined) {
      sent = source.positionOf(last);
      process.deliver(() => receive(items));
    }
    if (items.length < ready.length) later(lookAgainMs);
  };
  const later = (ms: number): void => {
    if (scheduled) return;
    scheduled = true;
    world.scheduler.after(ms, look);
  };
  const stopListening = source.listen(() => later(network.delayMs()));
  later(network.delayMs());

  return {
    get position() {
      return position;
    },
    get pending() {
      return source.since(position).length;
    },
    ended,
    stop: async () => {
      stopped = true;
      stopListening();
      await running;
      end("stopped");
    },
  };
}

const isAway = (network: Network, name: string): boolean => network.isCut(name, storePlace);
