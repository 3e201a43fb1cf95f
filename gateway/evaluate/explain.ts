import type { Evaluation, EvaluationContext } from "../../protocols/decision.ts";
import { fail, succeed } from "../../protocols/errors.ts";
import type { Answer as Outcome } from "../../protocols/failures.ts";
import { Instant } from "../../protocols/time.ts";
import type { Trace } from "../../protocols/trace.ts";
import { explain } from "../../evaluation/explain/explain.ts";
import { refusalOf } from "../auth.ts";
import type { Call, Room } from "../call.ts";
import { saidOf } from "../decisions/said.ts";
import { queryValue } from "../http.ts";
import type { LivePlan } from "../live-plan.ts";
import { decide } from "./decide.ts";

// Decisions with their trace. One by the present plan is a decision like any other: kept, logged and counted. One by an
// earlier plan is what would have been said: nobody was treated, so nothing of it is kept.

export const isExplained = (
  call: Call,
  { explain: wanted }: { readonly explain?: boolean | undefined },
): boolean => wanted === true || (call.head.query !== "" && wantedOf(call.head.query) !== undefined);

interface Explained {
  readonly evaluation: Evaluation;
  readonly version: number;
  readonly decisionId: string;
  readonly trace: Trace;
  readonly stickyUnavailable: boolean;
}

export async function explainDecision(
  room: Room,
  call: Call,
  plan: LivePlan,
  flagKey: string,
  asked: EvaluationContext,
): Promise<Outcome<Explained>> {
  // A trace shows the rules, and what they compare with.
  const refusal = refusalOf(call.principal, "experiments:read");
  if (refusal !== undefined) return fail(refusal);
  const wanted = wantedOf(call.head.query);
  const decisionId = call.decisionId();
  if (wanted !== undefined) return explainEarlier(room, call, { plan, flagKey, asked, wanted, decisionId });
  const { evaluation, context, stickyUnavailable } = await decide(room, plan, flagKey, asked);
  if (evaluation.code === "flag_not_found") return fail({ code: "flag_not_found", flag: flagKey });
  room.counts.evaluations++;
  const logged = await room.decisions.note(plan.environment, saidOf(plan, evaluation), asked, decisionId);
  if (logged?.ok === false) return fail(logged.failure);
  const { trace } = explain(plan.plan, flagKey, context);
  return succeed({ evaluation, version: plan.version, decisionId, trace, stickyUnavailable });
}

async function explainEarlier(
  room: Room,
  call: Call,
  {
    plan,
    flagKey,
    asked,
    wanted,
    decisionId,
  }: {
    readonly plan: LivePlan;
    readonly flagKey: string;
    readonly asked: EvaluationContext;
    readonly wanted: Wanted;
    readonly decisionId: string;
  },
): Promise<Outcome<Explained>> {
  const now = wanted.at === undefined ? asked.now : Instant.safeParse(wanted.at).data;
  if (now === undefined) return fail(badQuery("at", "must be RFC 3339 or epoch milliseconds"));
  if (wanted.version !== undefined && !/^[1-9]\d{0,14}$/.test(wanted.version))
    return fail(badQuery("version", "must be a whole number above 0"));
  const which = wanted.version === undefined ? { at: now } : { version: Number(wanted.version) };
  const earlier = await room.earlier.get(room, call, plan, which, asked.unitId);
  if (!earlier.ok) return earlier;
  const { evaluation, trace } = explain(earlier.value, flagKey, { ...asked, now });
  if (evaluation.code === "flag_not_found") return fail({ code: "flag_not_found", flag: flagKey });
  return succeed({
    evaluation,
    version: earlier.value.version,
    decisionId,
    trace,
    stickyUnavailable: false,
  });
}

interface Wanted {
  readonly version: string | undefined;
  /** Epoch milliseconds as a number, anything else as it came. */
  readonly at: string | number | undefined;
}

/** `?version=` and `?at=`; undefined when there is neither. */
function wantedOf(query: string): Wanted | undefined {
  const version = queryValue(query, "version");
  const at = queryValue(query, "at");
  if (version === undefined && at === undefined) return undefined;
  return { version, at: at !== undefined && /^-?\d{1,16}$/.test(at) ? Number(at) : at };
}

const badQuery = (path: string, message: string) =>
  ({ code: "invalid_request", issues: [{ path, message }] }) as const;
