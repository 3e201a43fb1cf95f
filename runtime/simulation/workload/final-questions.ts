import type { ActorClient } from "../../messaging/client.ts";
import type { Address } from "../../messaging/address.ts";
import type { Audit } from "../checks/audit.ts";
import type { Process } from "../world/process.ts";
import type { World } from "../world/world.ts";
import { addressOf } from "./account.ts";
import type { AccountState } from "./account.ts";
import { tallyAddress } from "./tally.ts";
import type { Tally } from "./tally.ts";

const timeoutMs = 5_000;
const againMs = 300;

interface QuestionParts {
  readonly world: World;
  readonly client: ActorClient;
  readonly process: Process;
  readonly audit: Audit;
  readonly keys: readonly string[];
  readonly lanes: number;
}

/** When all is quiet, everybody is asked once more, and must know everything. */
export class FinalQuestions {
  readonly #parts: QuestionParts;
  readonly #open = new Set<string>();

  constructor(parts: QuestionParts) {
    this.#parts = parts;
  }

  start(): void {
    const { keys, lanes, process, audit } = this.#parts;
    process.deliver(() => {
      for (const key of keys) {
        const expected = (): AccountState | undefined => audit.records().get(key)?.state;
        void this.#ask(addressOf(key), { type: "read", ref: "final" }, (said) => said, expected);
      }
      for (let lane = 0; lane < lanes; lane++)
        void this.#ask(tallyAddress(lane), {}, tallyOf, () => audit.recount(lane));
    });
  }

  /** Questions without the right answer yet. */
  open(): readonly string[] {
    return [...this.#open];
  }

  /** An answer that is behind is asked again: nothing is acknowledged to a fold, so it may take its time. */
  async #ask(
    address: Address,
    message: unknown,
    comparable: (said: unknown) => unknown,
    expected: () => unknown,
  ): Promise<void> {
    const { client, world, process } = this.#parts;
    const name = `${address.kind} ${address.key}`;
    let question = name;
    for (;;) {
      this.#open.add(question);
      const reply = await client.ask<unknown>(address, message, { by: "final", timeoutMs });
      this.#open.delete(question);
      const wanted = JSON.stringify(expected());
      const said = JSON.stringify(reply.ok ? comparable(reply.value) : reply.failure);
      world.trace("final", `${name} says ${said}`);
      if (said === wanted) return;
      question = `${name} says ${said}, not ${wanted}`;
      this.#open.add(question);
      await process.clock.sleep(againMs);
      this.#open.delete(question);
    }
  }
}

/** Without the position: a fold may know that nothing of its own stands behind its last message. */
const tallyOf = (said: unknown): Tally => {
  const { count, last, digest } = said as Tally;
  return { count, last, digest };
};
