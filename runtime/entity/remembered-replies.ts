import type { Reply } from "../../protocols/errors.ts";
import { rememberedCommandsMax } from "../limits.ts";

/** The replies of the last commands that changed something, by command id, oldest first. Part of an actor's state. */
export class RememberedReplies {
  readonly #replies: Map<string, Reply>;

  constructor(entries: Iterable<readonly [string, Reply]> = []) {
    this.#replies = new Map(entries);
  }

  get(id: string): Reply | undefined {
    return this.#replies.get(id);
  }

  add(id: string, reply: Reply): void {
    this.#replies.set(id, reply);
    if (this.#replies.size <= rememberedCommandsMax) return;
    for (const oldest of this.#replies.keys()) {
      this.#replies.delete(oldest);
      return;
    }
  }

  entries(): [string, Reply][] {
    return [...this.#replies];
  }
}
