import type { Address } from "../messaging/address.ts";
import { addressText } from "../messaging/address.ts";
import { isAccepted, isNewer, isOfVersion } from "../ports/snapshots.ts";
import type { Snapshot, SnapshotChoice, Snapshots } from "../ports/snapshots.ts";

/** The store of snapshots' twin: keeps two of each actor, newest first. Bytes are copied, as a server would. */
export class MemorySnapshots implements Snapshots {
  readonly #kept = new Map<string, readonly Snapshot[]>();

  async save(address: Address, snapshot: Snapshot): Promise<void> {
    const name = addressText(address);
    const [newest, ...older] = this.#kept.get(name) ?? [];
    const copy = { ...snapshot, bytes: snapshot.bytes.slice() };
    if (newest === undefined) this.#kept.set(name, [copy]);
    else if (newest.version !== snapshot.version || isNewer(snapshot, newest))
      this.#kept.set(name, [copy, newest, ...older].slice(0, 2));
  }

  async load(address: Address, version: number, choice: SnapshotChoice = {}): Promise<Snapshot | undefined> {
    for (const snapshot of this.#kept.get(addressText(address)) ?? []) {
      if (isOfVersion(snapshot, version, choice) && isAccepted(snapshot, choice))
        return { ...snapshot, bytes: snapshot.bytes.slice() };
    }
    return undefined;
  }
}
