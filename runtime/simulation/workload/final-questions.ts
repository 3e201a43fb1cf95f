import type { ActorClient } from "../../messaging/client.ts";
import type { Address } from "../../messaging/address.ts";
import type { Audit } from "../checks/audit.ts";
import type { Process } from "../world/process.ts";
import type { World } from "../world/world.ts";
import { addressOf } from "./account.ts";
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
        void this.#ask(addressOf(key), { type: "read", ref: "final" }, (said) => {
          const [text, wanted] = [said, audit.records().get(key)?.state].map((state) =>
            JSON.stringify(state),
          );
          return text === wanted ? undefined : `not ${wanted ?? "anything"}`;
        });
      }
      for (let lane = 0; lane < lanes; lane++)
        void this.#ask(tallyAddress(lane), {}, (said) => audit.problemOf(lane, said as Tally));
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
    problemOf: (said: unknown) => string | undefined,
  ): Promise<void> {
    const { client, world, process } = this.#parts;
    const name = `${address.kind} ${address.key}`;
    let question = name;
    for (;;) {
      this.#open.add(question);
      const reply = await client.ask<unknown>(address, message, { by: "final", timeoutMs });
      this.#open.delete(question);
      const problem = reply.ok ? problemOf(reply.value) : "a failure";
      const said = JSON.stringify(reply.ok ? reply.value : reply.failure);
      world.trace("final", `${name} says ${said}`);
      if (problem === undefined) return;
      question = `${name} says ${said}: ${problem}`;
      this.#open.add(question);
      await process.clock.sleep(againMs);
      this.#open.delete(question);
    }
  }
}
