import type { EpochMs } from "../../protocols/time.ts";
import type { Address } from "../messaging/address.ts";

/** An actor's state at a position of its log: a cache, always rebuildable, never the truth. */
export interface Snapshot {
  /** Version of the encoding; a reader of another version ignores it. */
  readonly version: number;
  readonly position: number;
  /** Server's time of the message at `position`, for folds: tells new messages from counted ones if the stream is rolled back. */
  readonly time?: EpochMs;
  readonly bytes: Uint8Array;
}

export interface Snapshots {
  /** Keeps this one and the one before. An older position than the newest kept changes nothing. */
  save(address: Address, snapshot: Snapshot): Promise<void>;
  /** The newest sound snapshot of that version, if any. Throws only when the store cannot be asked. */
  load(address: Address, version: number): Promise<Snapshot | undefined>;
}
