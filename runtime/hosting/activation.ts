import type { EpochMs } from "../../protocols/time.ts";
import type { Rebuildable } from "../folds/rebuild.ts";
import type { ActorReply, Command } from "../messaging/command.ts";

/** A live actor of any kind, as its shard sees it. */
export interface Activation {
  ask(command: Command): Promise<ActorReply>;
  /** It will be handed over soon: makes the way short for its next owner, while it still works. Never rejects. */
  prepare?(): Promise<void>;
  /** Finishes what is under way and keeps what is worth keeping. Idempotent and bounded. */
  stop(): Promise<void>;
  /** Something is under way, so it must not be put to sleep. */
  readonly busy: boolean;
  /** Monotonic time of the last command. */
  readonly usedMs: number;
  /** When it must be woken if it goes to sleep: once stopped, for what it left to do. */
  readonly wakeAt?: EpochMs | undefined;
  /** Its wake note says that a timer is due. */
  wake?(): void;
  /** What an operator sees of it. */
  describe(): ActivationView;
  /** Folds that are live: how their state is made again and replaced. */
  readonly rebuildable?: Rebuildable | undefined;
  /** What it has in memory at this moment, where that can be looked at. */
  readonly held?: HeldState | undefined;
}

/** A committed state and the position in its log that it reflects. */
export interface HeldState {
  readonly state: unknown;
  readonly position: number;
}

export interface ActivationView {
  /** `parked`: failed too often, rests. */
  readonly status: "loading" | "live" | "parked" | "stopped";
  /** Commands accepted and not answered. */
  readonly mailbox: number;
  /** Last sequence of the journal or stream that the state reflects. */
  readonly position: number;
  /** Effects of commits that are not performed yet. */
  readonly effectsWaiting: number;
  readonly timers: number;
  /** Since it was activated. */
  readonly restarts: number;
  /** Folds: stream messages that are not folded yet, at the last look. */
  readonly lag?: number;
  /** Why it is parked. */
  readonly reason?: string;
}
