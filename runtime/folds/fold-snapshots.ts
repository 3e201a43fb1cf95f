import type { EpochMs } from "../../protocols/time.ts";
import type { FoldBehaviour } from "../fold.ts";
import type { ActorTools } from "../hosting/actor-tools.ts";
import { addressText } from "../messaging/address.ts";
import type { Address } from "../messaging/address.ts";
import type { Snapshot } from "../ports/snapshots.ts";

const snapshotEveryMessagesDefault = 5_000;
/** A quiet fold is at most this far behind in what a restart must read again. */
const snapshotAfterMs = 10_000;
/** A large state is kept less often: at this pace its snapshots cost the network less than the stream does. */
const snapshotBytesPerMsMax = 1_000;
/** The loop stands still while a state is encoded: beyond this others notice. */
const encodeMsMax = 50;

/** What belongs together, at one moment. */
export interface FoldMoment {
  readonly state: unknown;
  readonly position: number;
  readonly time: EpochMs | undefined;
  readonly covered: number | undefined;
}

interface FoldView {
  /** Aborted once the fold is to stop. */
  readonly signal: AbortSignal;
  readonly now: () => FoldMoment | undefined;
  /** Compares the fold's reading with the stream, so that a snapshot vouches for what it holds. Never rejects. */
  readonly look: () => Promise<void>;
}

/** The snapshots of one live fold: read once, written when it is time, one at a time. */
export class FoldSnapshots {
  readonly #behaviour: FoldBehaviour<unknown, unknown>;
  readonly #address: Address;
  readonly #tools: ActorTools;
  readonly #signal: AbortSignal;
  readonly #now: () => FoldMoment | undefined;
  readonly #look: () => Promise<void>;
  #unsaved = 0;
  #saved: Pick<FoldMoment, "position" | "time"> = { position: 0, time: undefined };
  #savedBytes = 0;
  #saving: Promise<void> | undefined;
  #due = false;

  constructor(
    behaviour: FoldBehaviour<unknown, unknown>,
    address: Address,
    tools: ActorTools,
    { signal, now, look }: FoldView,
  ) {
    this.#behaviour = behaviour;
    this.#address = address;
    this.#tools = tools;
    this.#signal = signal;
    this.#now = now;
    this.#look = look;
  }

  /** The newest snapshot that can be read; `rejected` when there was one that could not. */
  async restore(): Promise<{
    readonly snapshot?: Snapshot;
    readonly state?: unknown;
    readonly rejected: boolean;
  }> {
    const { snapshots, metrics, log } = this.#tools;
    const { kind, version } = this.#behaviour;
    const actor = addressText(this.#address);
    let state: unknown;
    let rejected = false;
    const snapshot = await snapshots.load(this.#address, version, {
      accepts: ({ bytes, position }) => {
        try {
          state = this.#behaviour.decode(bytes);
          return true;
        } catch (error) {
          log.warn("snapshot_unreadable", { actor, position, error });
          return false;
        }
      },
      rejected: (reason) => {
        rejected = true;
        metrics.snapshotsRejected(1, { kind, reason });
      },
    });
    if (snapshot === undefined) return { rejected };
    this.#saved = { position: snapshot.position, time: snapshot.time };
    return { snapshot, state, rejected };
  }

  /** One more message is in the state. */
  counted(): void {
    this.#unsaved++;
    if (this.#unsaved >= (this.#behaviour.snapshotEveryMessages ?? snapshotEveryMessagesDefault)) {
      this.#unsaved = 0;
      void this.save();
    }
    if (this.#due) return;
    this.#due = true;
    const waitMs = Math.max(snapshotAfterMs, this.#savedBytes / snapshotBytesPerMsMax);
    void this.#tools.clock.sleep(waitMs, this.#signal).then(() => {
      this.#due = false;
      return this.#signal.aborted ? undefined : this.save(); // the last one is up to whoever stops the fold
    });
  }

  /** One at a time; what is folded meanwhile belongs to the next. Never rejects: a later one covers this one. */
  save(): Promise<void> {
    this.#saving ??= this.#save().finally(() => (this.#saving = undefined));
    return this.#saving;
  }

  /** Keeps the last moment, whatever is being kept just now. */
  async finish(): Promise<void> {
    await this.#saving;
    await this.save();
  }

  /** What is not kept yet. */
  get #news(): FoldMoment | undefined {
    const moment = this.#now();
    const { position, time } = this.#saved;
    return moment?.position === position && moment.time === time ? undefined : moment;
  }

  async #save(): Promise<void> {
    const { clock, log, metrics, snapshots } = this.#tools;
    const { kind, version } = this.#behaviour;
    const actor = addressText(this.#address);
    await clock.turn(); // encoding takes the loop by itself; not on top of a turn of folding
    if (this.#news === undefined) return;
    await this.#look();
    const moment = this.#news;
    if (moment === undefined) return;
    const { state, position, time, covered } = moment;
    this.#unsaved = 0;
    try {
      const startedMs = clock.monotonicMs();
      const bytes = this.#behaviour.encode(state);
      const ms = clock.monotonicMs() - startedMs;
      if (ms > encodeMsMax) log.warn("snapshot_encode_slow", { actor, ms, bytes: bytes.length });
      await snapshots.save(this.#address, {
        version,
        position,
        ...(time === undefined ? {} : { time }),
        ...(covered === undefined ? {} : { covered }),
        bytes,
      });
      this.#saved = { position, time };
      this.#savedBytes = bytes.length;
      metrics.snapshotsSaved(1, { kind });
    } catch (error) {
      log.warn("snapshot_failed", { actor, position, error });
    }
  }
}
