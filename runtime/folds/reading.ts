import type { EpochMs } from "../../protocols/time.ts";
import type { StreamBounds, StreamMessage } from "../ports/connection.ts";
import type { Snapshot } from "../ports/snapshots.ts";

// How far a fold has read its stream, and whether the stream is still the one it read.
//   R1. A message counts when it is new: behind the position, and, after a rewind, later than all that was counted.
//   R2. What was removed before it was read is a gap, said and passed over; what was removed afterwards is none. Of what
//       was read since the last look nobody can tell whether more stood before it: if that is gone by the next look, in
//       this life or another, it is said.
//   R3. A stream that is shorter than the position, or another one under the same name, is read again from its start
//       (a rewind), while the state is kept. Sequences of two histories cannot be compared, but the server's times
//       can: what is left of the old history is not later than the last message that was counted, what was written
//       since is. So nothing counts twice, and nothing new is skipped unless the server's own clock went back.

/** What a look at the stream says about the reading. */
export type Finding = { readonly kind: "whole" } | Lost;
export interface Lost {
  /** Messages `from` to `to` are gone: removed, and some may have been ours to read; or, with a stream that was rolled
   *  back, of the history that we had read, at least those. */
  readonly kind: "purged" | "rolled_back";
  readonly from: number;
  readonly to: number;
}

/** What a snapshot says of the reading. */
type Kept = Pick<Snapshot, "position" | "time" | "covered">;

export class Reading {
  #position = 0;
  #time: EpochMs | undefined;
  #positionTime: EpochMs | undefined;
  #covered: number | undefined;
  #createdAt: EpochMs | undefined;
  #rewound: { readonly time: EpochMs | undefined; readonly last: number } | undefined;
  #passed = 0;

  /** Last sequence of the present stream that is counted, or one up to which there is nothing else for us. */
  get position(): number {
    return this.#position;
  }

  /** Server's time of the last message counted. */
  get time(): EpochMs | undefined {
    return this.#time;
  }

  /** Server's time of the message at the position, when that is one of ours. */
  get positionTime(): EpochMs | undefined {
    return this.#positionTime;
  }

  /** Everything of ours up to here was read, by the last look. Undefined: nothing is expected of the stream's past. */
  get covered(): number | undefined {
    return this.#covered;
  }

  /** Whether the position is a mark behind the last message of ours (`looked`). */
  get isMarked(): boolean {
    return this.#position > 0 && this.#time !== undefined && this.#positionTime === undefined;
  }

  /** Messages passed over since the rewind because they were counted before it. */
  get passed(): number {
    return this.#passed;
  }

  restored({ position, time, covered = position }: Kept): void {
    this.#position = position;
    this.#covered = covered;
    this.#time = time;
    this.#positionTime = time;
  }

  /** There was a snapshot, but it is of no use: the stream's past is needed again, from its first message. */
  expectAll(): void {
    this.#covered = 0;
  }

  /** Whether a message is not to be counted (R1). */
  passes({ sequence, time }: StreamMessage): boolean {
    if (sequence <= this.#position) return true;
    const rewound = this.#rewound;
    if (rewound === undefined) return false;
    // Without a time (a snapshot of an older runtime) what the stream held at the rewind is taken for the old history.
    const counted = rewound.time === undefined ? sequence <= rewound.last : time <= rewound.time;
    if (!counted) return false;
    this.#position = sequence;
    this.#positionTime = time;
    this.#passed++;
    return true;
  }

  counted({ sequence, time }: StreamMessage): void {
    this.#position = sequence;
    this.#time = time;
    this.#positionTime = time;
  }

  /** Compares with a look at the stream. `position` is the one before the look was begun: it may move meanwhile. */
  compare(bounds: StreamBounds, position = this.#position): Finding {
    const { first, last, createdAt } = bounds;
    // Replicas of a stream may each have a birth of their own (before 2.11, when a cluster is started again): another one
    // is born after what we counted.
    const [time, known] = [this.#time, this.#createdAt];
    const later = createdAt !== undefined && time !== undefined && createdAt > time;
    const another =
      known === undefined
        ? later && this.#rewound === undefined
        : createdAt !== undefined && createdAt !== known && (time === undefined ? position > 0 : later);
    if (last < position || another) return this.rolledBack(bounds, position);
    if (this.#covered !== undefined && first > this.#covered + 1)
      return { kind: "purged", from: this.#covered + 1, to: first - 1 }; // R2
    return { kind: "whole" };
  }

  rolledBack({ last }: StreamBounds, position = this.#position): Lost {
    return { kind: "rolled_back", from: Math.min(last + 1, position), to: position };
  }

  /** Begins again at the start of the stream (R3). */
  rewind({ first, last, createdAt }: StreamBounds): void {
    const counted = this.#position > 0 || this.#time !== undefined;
    this.#rewound = counted ? { time: this.#time, last } : undefined; // who counted nothing passes over nothing
    this.#passed = 0;
    this.#position = 0;
    this.#positionTime = undefined;
    this.#covered = first - 1;
    this.#createdAt = createdAt;
  }

  /**
   * After a look: everything of ours up to `covered` was read before the look was begun, and what is gone before `first`
   * concerns us no more. What is read while the look is on its way is not vouched for by it: a removal that came after the
   * look may have taken what was before that.
   */
  looked({ first, createdAt }: StreamBounds, covered: number): void {
    this.#createdAt = createdAt;
    this.#covered = Math.max(this.#covered ?? 0, covered, first - 1);
    // The message at our position is gone, and there was none of ours since: without this mark the next life would
    // take the hole between the two for a loss.
    if (this.#position > 0 && covered > this.#position && first > this.#position + 1) {
      this.#position = covered;
      this.#positionTime = undefined;
    }
  }
}
