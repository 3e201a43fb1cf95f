import { addressText } from "../../messaging/address.ts";
import { isAccepted, isNewer, isOfVersion } from "../../ports/snapshots.ts";
import type { Snapshot, Snapshots } from "../../ports/snapshots.ts";
import { askStore } from "./rpc.ts";
import type { Wire } from "./rpc.ts";

const timeoutMs = 5_000;

/** Snapshots in the simulated store: the latest two; a replica may know only the one before, or none. */
export function simulatedSnapshots(wire: Wire): Snapshots {
  const { world, store, process } = wire;
  return {
    save: async (address, snapshot) => {
      const name = addressText(address);
      const work = (): "kept" | "full" => {
        if (world.weather.full) {
          world.count("full");
          return "full";
        }
        const kept = store.snapshots.get(name) ?? [];
        const [newest] = kept;
        const adds = newest === undefined || newest.version !== snapshot.version || isNewer(snapshot, newest);
        if (adds) store.snapshots.set(name, [snapshot, ...kept.slice(0, 1)]);
        world.trace(
          "store",
          `${process.name} saves ${name} at ${snapshot.position}${adds ? "" : ": no news"}`,
        );
        return "kept";
      };
      const outcome = await askStore(wire, work, { timeoutMs, writes: true, what: `save ${name}` });
      if (outcome === "full") throw new Error(`no room for a snapshot of ${name}`);
    },
    load: async (address, version, choice = {}) => {
      const name = addressText(address);
      const work = (): readonly Snapshot[] =>
        (store.snapshots.get(name) ?? []).slice(store.isStale() ? 1 : 0);
      const kept = await askStore(wire, work, { timeoutMs, writes: false, what: `load ${name}` });
      for (const snapshot of kept) {
        if (isOfVersion(snapshot, version, choice) && isAccepted(snapshot, choice)) return snapshot;
      }
      return undefined;
    },
  };
}
