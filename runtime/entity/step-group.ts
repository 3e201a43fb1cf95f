import type { ActorReply, Command } from "../messaging/command.ts";
import type { CommittedStep } from "./commit.ts";
import type { Timer } from "./timers.ts";
import { commitStepsMax, groupBytesMax } from "../limits.ts";

/** A command and the way back to whoever asked. */
export interface Pending {
  readonly command: Command;
  /** The actor's own timer that this command is. */
  readonly timer?: Timer;
  /** W3C trace context of its step: append and effects continue it. */
  readonly trace?: string;
  readonly answer: (reply: ActorReply) => void;
}

/** A handled command whose events are not in the journal yet. */
export interface PendingStep extends Pending {
  readonly written: CommittedStep;
  /** `written` as JSON, and its size in UTF-8. */
  readonly json: string;
  readonly bytes: number;
}

/** A question that saw steps which are not in the journal yet. */
export interface Reader {
  readonly pending: Pending;
  readonly reply: ActorReply;
}

/** Takes the steps of the next commit off the front: at least one, as many as fit. Undefined when there is none. */
export function takeGroup(forming: PendingStep[]): readonly PendingStep[] | undefined {
  let count = 0;
  let bytes = 0;
  for (const step of forming) {
    if (count > 0 && (count === commitStepsMax || bytes + step.bytes > groupBytesMax)) break;
    count++;
    bytes += step.bytes;
  }
  return count === 0 ? undefined : forming.splice(0, count);
}
