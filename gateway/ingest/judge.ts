import type { EventRecord, IdentifyRecord } from "../../protocols/log-record.ts";
import type { LivePlan } from "../live-plan.ts";
import type { Consents } from "./consents.ts";
import { GuardedEvents } from "./guarded-events.ts";
import type { Identities } from "./identities.ts";
import type { Place, Placing } from "./placing.ts";
import { recordText, type RecordText } from "./record-text.ts";
import { reject } from "./scope.ts";
import type { Verdict } from "./tally.ts";

// Whether a good record is taken, and where it goes.
//   J1. Consent and identity are written where they are decided before their event goes to the log, so whoever is told
//       "stored" is obeyed. A failure there fails the request: sent again with the same ids, it does what is left.

export interface JudgeOptions {
  readonly consents: Consents;
  readonly identities: Identities;
  readonly placing: Placing;
}

/** A record, with the time as its sender wrote it and whether it brought its id. */
export interface Candidate {
  readonly record: EventRecord;
  readonly givenTs: number | undefined;
  readonly hasOwnId: boolean;
}

export interface Circumstances {
  readonly plan: LivePlan;
  readonly place: Place;
  /** Only what a guardrail reads is taken just now. */
  readonly guardedOnly: boolean;
}

export class Judge {
  readonly #options: JudgeOptions;
  readonly #guarded = new GuardedEvents();

  constructor(options: JudgeOptions) {
    this.#options = options;
  }

  /** Rejects when a bucket cannot be reached. */
  judge(candidate: Candidate, circumstances: Circumstances): Verdict | Promise<Verdict> {
    const { record, givenTs } = candidate;
    const { plan, place, guardedOnly } = circumstances;
    // What has no id of its own would count twice when the whole request is sent again.
    if (guardedOnly && !(candidate.hasOwnId && this.#guarded.has(plan, record))) return "shed";
    if (this.#isDenied(record, place)) return "opted_out";
    const text = recordText(record, givenTs);
    switch (this.#options.placing.judge(text, place)) {
      case "duplicate":
        return "duplicate";
      case "reused":
        return reject("id_reused", "the id is that of another event");
      case "new":
        return this.#take(record, text, place);
    }
  }

  #isDenied(record: EventRecord, { environment }: Place): boolean {
    const { consents } = this.#options;
    if (record.type === "consent") return consents.isDeleted(environment, record.unit);
    if (consents.denies(environment, record.unit)) return true;
    return record.type === "identify" && consents.denies(environment, record.known);
  }

  #take(record: EventRecord, text: RecordText, place: Place): Verdict | Promise<Verdict> {
    const { consents, placing } = this.#options;
    switch (record.type) {
      case "identify":
        return this.#identify(record, text, place);
      case "consent": {
        const { unit, analytics, ts } = record;
        return consents.say(place.environment, unit, { analytics, ts }).then(() => {
          placing.put(text, unit, place);
          return "accepted";
        });
      }
      case "exposure":
      case "metric":
      case "decision":
      case "slot":
      case "reward":
      case "shadow":
        placing.put(text, record.unit, place);
        return "accepted";
    }
  }

  async #identify({ unit, known }: IdentifyRecord, text: RecordText, place: Place): Promise<Verdict> {
    const { identities, placing } = this.#options;
    const linked = await identities.link(place.environment, unit, known);
    if (linked.kind === "refused") return reject("identity_conflict", linked.reason);
    placing.putTwice(text, [unit, known], place);
    return "accepted";
  }
}
