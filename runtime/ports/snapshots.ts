import type { EpochMs } from "../../protocols/time.ts";
import type { Address } from "../messaging/address.ts";

/** An actor's state at a position of its log: a cache, always rebuildable, never the truth. */
export interface Snapshot {
  /** Version of the encoding; a reader of another version ignores it. */
  readonly version: number;
  readonly position: number;
  /** Server's time of the message at `position`, for folds: tells new messages from counted ones if the stream is rolled back. */
  readonly time?: EpochMs;
  /** Of folds: nothing of theirs was lost up to here before they read it, by their last look at the stream. Absent: the position. */
  readonly covered?: number;
  readonly bytes: Uint8Array;
}

/** Why a kept snapshot is of no use: its bytes are not what was written, its version is not the one asked for, or the
 *  one who asked could not read it. */
export type SnapshotRejection = "corrupt" | "version" | "unreadable";

export interface SnapshotChoice {
  /** Asked of each sound snapshot, newest first; a throw or false passes it over for the one before. */
  readonly accepts?: (snapshot: Snapshot) => boolean;
  readonly rejected?: (reason: SnapshotRejection, position: number) => void;
}

export interface Snapshots {
  /**
   * Keeps this one and the one before. One that is no newer than the newest kept changes nothing; newer is the higher
   * position, or the later time, since positions go back with a stream that was rolled back.
   */
  save(address: Address, snapshot: Snapshot): Promise<void>;
  /** The newest snapshot of that version that is sound and accepted, if any. Throws only when the store cannot be asked. */
  load(address: Address, version: number, choice?: SnapshotChoice): Promise<Snapshot | undefined>;
}

/** Whether `snapshot` adds something to what is kept. */
export const isNewer = (snapshot: Standing, kept: Standing): boolean =>
  snapshot.position > kept.position || (snapshot.time ?? 0) > (kept.time ?? 0);

interface Standing {
  readonly position: number;
  readonly time?: number | undefined;
}

/** Whether a kept snapshot is of the version that its reader understands. */
export function isOfVersion(
  kept: Pick<Snapshot, "version" | "position">,
  version: number,
  { rejected }: SnapshotChoice,
): boolean {
  if (kept.version === version) return true;
  rejected?.("version", kept.position);
  return false;
}

/** Lets the one who asked try a snapshot. */
export function isAccepted(snapshot: Snapshot, { accepts, rejected }: SnapshotChoice): boolean {
  let accepted = true;
  try {
    accepted = accepts?.(snapshot) ?? true;
  } catch {
    accepted = false;
  }
  if (!accepted) rejected?.("unreadable", snapshot.position);
  return accepted;
}
