import { eventTypes, type EventType, type IngestReceipt } from "../../protocols/event.ts";
import type { EventRecord } from "../../protocols/log-record.ts";
import type { Rejection } from "./scope.ts";

/** `shed`: left out because the gateway is pressed, and to be sent again. */
export type Verdict = "accepted" | "duplicate" | "shed" | "opted_out" | Rejection;

/** An event that arrives so long after it happened has changed a past that somebody may have looked at. */
const lateMs = 3_600_000;

/** What became of one request's events. */
export class Tally {
  readonly accepted: Record<EventType, number> = noneOfAny();
  duplicate = 0;
  shed = 0;
  late = 0;
  readonly errors: { index: number; code: Rejection["code"]; message: string }[] = [];
  readonly optedOutAt: number[] = [];

  add(verdict: Verdict, index: number, record: EventRecord | undefined): void {
    if (typeof verdict === "object")
      this.errors.push({ index, code: verdict.code, message: verdict.message });
    else if (verdict === "opted_out") this.optedOutAt.push(index);
    else if (verdict !== "accepted") this[verdict]++;
    else if (record !== undefined) {
      this.accepted[record.type]++;
      if (record.at - record.ts > lateMs) this.late++;
    }
  }

  get acceptedTotal(): number {
    return eventTypes.reduce((sum, type) => sum + this.accepted[type], 0);
  }

  receipt(): IngestReceipt {
    const { duplicate, errors, optedOutAt } = this;
    return {
      status: "ok",
      accepted: this.acceptedTotal,
      duplicate,
      rejected: errors.length,
      errors,
      ...(optedOutAt.length === 0 ? {} : { optedOut: optedOutAt.length, optedOutAt }),
    };
  }
}

export const noneOfAny = (): Record<EventType, number> => ({
  exposure: 0,
  metric: 0,
  decision: 0,
  identify: 0,
  consent: 0,
  slot: 0,
  reward: 0,
  shadow: 0,
});
