import { Instant } from "../../protocols/time.ts";
import type { Clock } from "../../runtime/index.ts";
import { queryValue } from "../http.ts";
import type { LivePlan } from "../live-plan.ts";
import type { Plans } from "../plans.ts";

// A client that was told of a change by another gateway may come here before the change does. Its request says what it
// was told, and waits for it; but not for long, and not too many at once.

const waitMsMax = 1_000;
const waitingMax = 1_000;

export interface Hint {
  readonly etag: string | undefined;
  /** Epoch seconds. */
  readonly lastModified: number | undefined;
}

export type HintOutcome =
  | { readonly ok: true; readonly hint: Hint | undefined }
  | { readonly ok: false; readonly message: string };

/** `?flagConfigEtag=` and `?flagConfigLastModified=`, which is unix seconds or a date-time. */
export function hintOf(query: string): HintOutcome {
  if (query === "") return { ok: true, hint: undefined };
  const etag = queryValue(query, "flagConfigEtag");
  const given = queryValue(query, "flagConfigLastModified");
  if (etag === undefined && given === undefined) return { ok: true, hint: undefined };
  const lastModified = given === undefined ? undefined : secondsOf(given);
  if (given !== undefined && lastModified === undefined)
    return { ok: false, message: "flagConfigLastModified must be unix seconds or a date-time" };
  return { ok: true, hint: { etag, lastModified } };
}

function secondsOf(text: string): number | undefined {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  const instant = Instant.safeParse(text);
  return instant.success ? Math.floor(instant.data / 1_000) : undefined;
}

const modifiedAt = (plan: LivePlan): number => Math.floor(plan.plan.publishedAt / 1_000);

/** Ours is older than what the client was told of. A tag alone does not say which of two is older; a time does. */
function isOlder(plan: LivePlan, { etag, lastModified }: Hint): boolean {
  if (etag === plan.signed.etag) return false;
  if (lastModified !== undefined && lastModified !== modifiedAt(plan)) return lastModified > modifiedAt(plan);
  return etag !== undefined;
}

export class PlanHints {
  readonly #plans: Plans;
  readonly #clock: Clock;
  #waiting = 0;

  constructor(plans: Plans, clock: Clock) {
    this.#plans = plans;
    this.#clock = clock;
  }

  /** The plan that the hint is about, or the one we have when it does not come in time. */
  async follow(plan: LivePlan, hint: Hint): Promise<LivePlan> {
    if (!isOlder(plan, hint) || this.#waiting >= waitingMax) return plan;
    this.#waiting++;
    const arrived = new AbortController();
    const stop = this.#plans.onChange((changed) => {
      if (changed.environment === plan.environment && !isOlder(changed, hint)) arrived.abort();
    });
    await this.#clock.sleep(waitMsMax, arrived.signal);
    stop();
    this.#waiting--;
    return this.#plans.get(plan.environment) ?? plan;
  }
}
