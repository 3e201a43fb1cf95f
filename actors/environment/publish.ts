import type { HandleContext } from "../../runtime/index.ts";
import { succeed, type Issue } from "../../protocols/errors.ts";
import type { PublishPreview, PublishReceipt } from "../../protocols/publish-receipt.ts";
import { blastRadiusOf } from "./blast.ts";
import { changedIn, patchBetween, type Contents } from "./contents.ts";
import { dueTimer } from "./due-timer.ts";
import { etagOfPlan } from "./plan-etag.ts";
import { compileContents, keepPlan } from "./plans.ts";
import { settle } from "./settle.ts";
import type { EnvironmentEvent, EnvironmentState, Publication } from "./state.ts";
import { distribute, refuse, type EnvironmentStep } from "./step.ts";

export interface PublicationRequest {
  /** Applied to the state that is handed in, and written with the version. */
  readonly events?: readonly EnvironmentEvent[];
  readonly contents: Contents;
  /** Found on the way to the contents. */
  readonly warnings?: readonly Issue[];
  readonly note?: string | undefined;
  readonly rollbackOf?: number;
  readonly dryRun?: boolean | undefined;
  /** Whether to sample who would notice: not where it is one unit, or nobody. */
  readonly sampled: boolean;
  /** Beside the receipt in the answer. */
  readonly answer?: Readonly<Record<string, unknown>>;
}

/** Warnings and problems of one answer; at 200 bytes each, 100 kB. */
const issuesMax = 500;

/** The one way to a new version: settle, compile, or list every problem and change nothing. */
export function publish(
  state: EnvironmentState,
  request: PublicationRequest,
  context: HandleContext,
): EnvironmentStep {
  const { at, by } = context;
  const { note, rollbackOf, dryRun = false, sampled } = request;
  const version = state.publications.length + 1;
  const settled = settle(state, request.contents, { at, by });
  const outcome = compileContents(state, settled.contents, { version, at });
  const patch = patchBetween(state.published, settled.contents);
  const changed = changedIn(patch);
  const found = [...(request.warnings ?? []), ...settled.warnings];
  if (!outcome.ok) {
    const problems = shortened(outcome.problems);
    if (!dryRun) return refuse({ code: "invalid_plan", problems });
    return preview({ version, problems, warnings: shortened(found), changed });
  }
  const { plan } = outcome;
  const etag = etagOfPlan(plan);
  const blastRadius = sampled
    ? blastRadiusOf(state, { plan, contents: settled.contents, changed }, context)
    : undefined;
  const unsampled = sampled && blastRadius === undefined ? [beforeUnreadable] : [];
  const warnings = shortened([...unsampled, ...found, ...outcome.warnings]);
  const radius = blastRadius === undefined ? {} : { blastRadius };
  if (dryRun) return preview({ version, etag, problems: [], warnings, changed, ...radius });
  const publication: Publication = {
    version,
    at,
    by,
    etag,
    ...(note === undefined ? {} : { note }),
    ...(rollbackOf === undefined ? {} : { rollbackOf }),
    patch,
  };
  keepPlan(state, publication, plan);
  const receipt: PublishReceipt = { version, etag, warnings, changed, ...radius };
  const distribution = distribute({ version }, context);
  return {
    events: [...(request.events ?? []), ...settled.events, { kind: "published", publication }],
    reply: succeed({ ...request.answer, ...receipt }),
    effects: distribution.effects,
    timers: [...distribution.timers, dueTimer(state.histories, settled.contents)],
  };
}

const preview = (found: Omit<PublishPreview, "dryRun">): EnvironmentStep => ({
  events: [],
  reply: succeed({ dryRun: true, ...found } satisfies PublishPreview),
});

const beforeUnreadable: Issue = {
  path: "",
  message: "the version before cannot be compiled any more, so who would notice this one was not sampled",
};

function shortened(issues: readonly Issue[]): readonly Issue[] {
  if (issues.length <= issuesMax) return issues;
  const message = `and ${issues.length - issuesMax} more`;
  return [...issues.slice(0, issuesMax), { path: "", message }];
}
