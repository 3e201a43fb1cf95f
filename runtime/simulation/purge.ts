import { addressText } from "../messaging/address.ts";
import type { Chance } from "./world/chance.ts";
import type { Store } from "./world/store.ts";
import type { World } from "./world/world.ts";
import { tallyAddress } from "./workload/tally.ts";

const unreadShare = 0.4;

/** An operator, or a limit, removes the oldest messages of the event stream: those that all folds have kept, or more. */
export function purgeEvents(
  { world, store, lanes }: { readonly world: World; readonly store: Store; readonly lanes: number },
  chance: Chance,
): void {
  const stream = store.stream("EVENTS");
  const positions: number[] = [];
  for (let lane = 0; lane < lanes; lane++) {
    // A replica that is behind shows the older of the two. A fold that sees none takes itself for new, and what was
    // before it for nobody's concern.
    const [newer, earlier] = store.snapshots.get(addressText(tallyAddress(lane))) ?? [];
    if (newer === undefined || earlier === undefined) return;
    positions.push(earlier.position);
  }
  const kept = Math.min(...positions);
  const unread = chance.happens(unreadShare) && kept < stream.lastSequence;
  const upTo = unread ? chance.whole(kept + 1, stream.lastSequence) : kept;
  if (upTo < stream.firstSequence) return;
  world.count(unread ? "purge_unread" : "purge");
  world.trace("store", `EVENTS is purged up to ${upTo}, kept is ${kept}`);
  stream.purge(upTo);
}
