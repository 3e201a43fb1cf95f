import type { Reply } from "../../protocols/errors.ts";
import { rememberedCommandsMax, rememberedSendersMax } from "../limits.ts";
import type { TellOrigin } from "../messaging/command.ts";
import type { CommittedStep } from "./commit.ts";

export interface RememberedEntries {
  readonly replies: readonly (readonly [string, Reply])[];
  readonly heard: readonly (readonly [string, number])[];
}

/**
 * What makes a repeated command harmless; part of an actor's state. The replies of the last commands that changed
 * something, by command id; and of each actor that told us something, the number of its last effect: senders perform
 * in order, so one number covers their whole past, however late a repetition comes.
 */
export class Remembered {
  readonly #replies: Map<string, Reply>;
  readonly #heard: Map<string, number>;

  constructor({ replies, heard }: RememberedEntries = { replies: [], heard: [] }) {
    this.#replies = new Map(replies);
    this.#heard = new Map(heard);
  }

  replyTo(id: string): Reply | undefined {
    return this.#replies.get(id);
  }

  hasHeard({ actor, number }: TellOrigin): boolean {
    return (this.#heard.get(actor) ?? 0) >= number;
  }

  add({ id, reply, from }: CommittedStep): void {
    this.#replies.set(id, reply);
    dropOldest(this.#replies, rememberedCommandsMax);
    if (from === undefined) return;
    this.#heard.delete(from.actor); // the newest stands last
    this.#heard.set(from.actor, from.number);
    dropOldest(this.#heard, rememberedSendersMax);
  }

  entries(): RememberedEntries {
    return { replies: [...this.#replies], heard: [...this.#heard] };
  }
}

function dropOldest(map: Map<string, unknown>, sizeMax: number): void {
  if (map.size <= sizeMax) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}
