import type { HandleContext } from "../../runtime/index.ts";
import { automaticPausesMax, type AutomaticPause } from "../../protocols/automatic-pause.ts";
import { newBreaches } from "../../protocols/breach.ts";
import { pauseReason } from "../../protocols/automatic-pause-words.ts";
import type { Failure } from "../../protocols/failures.ts";
import type { PublishPreview } from "../../protocols/publish-receipt.ts";
import { draftLifecycle, type Lifecycle } from "./contents.ts";
import { draft } from "./history.ts";
import { nextLifecycle } from "./lifecycle.ts";
import { notFound } from "./not-found.ts";
import { own } from "./own.ts";
import { publish, type PublicationRequest } from "./publish.ts";
import type { EnvironmentState } from "./state.ts";
import { answer, refuse, type EnvironmentStep, type MessageOf } from "./step.ts";

/** Of a publication's note. */
const noteLengthMax = 1_000;

/**
 * Pauses a running experiment for what a look at it has proven, and publishes that as a person's pause does.
 *   P1. A look at another phase, or under another analysis plan, says nothing of this one: it is refused.
 *   P2. A breach pauses a phase once. Whoever resumes has seen it, so that only another one pauses again.
 */
export function automaticPause(
  state: EnvironmentState,
  { experiment: key, phase, planVersion, units, breaches }: MessageOf<"automatic_pause">,
  context: HandleContext,
): EnvironmentStep {
  if (draft(state.histories, "experiments", key) === undefined) return refuse(notFound("experiments", key));
  const present = own(state.published.lifecycles, key) ?? draftLifecycle;
  const stale = staleLook(present, { phase, planVersion }); // P1
  if (stale !== undefined) return refuse(stale);
  const fresh = newBreaches(present, breaches); // P2
  if (fresh.length === 0) return answer({ paused: false });
  const next = nextLifecycle(present, "pause", context.at);
  if (!next.ok) return refuse(next.failure);
  const found: AutomaticPause = { at: context.at, phase, planVersion, units, breaches: [...fresh] };
  const requestOf = (pause: AutomaticPause): PublicationRequest => {
    const lifecycle = withPause(next.value, pause);
    return {
      events: [{ kind: "lifecycle_changed", experiment: key, lifecycle }],
      contents: { ...state.published, lifecycles: { ...state.published.lifecycles, [key]: lifecycle } },
      note: `automatic pause ${key}: ${pauseReason(pause)}`.slice(0, noteLengthMax),
      sampled: true,
    };
  };
  // Who would notice is known before it is written, so that it stands beside the reason for ever.
  const tried = publish(state, { ...requestOf(found), dryRun: true }, context);
  if (!tried.reply.ok) return tried;
  const { problems, blastRadius } = tried.reply.value as PublishPreview;
  if (problems.length > 0) return refuse({ code: "invalid_plan", problems });
  const pause = blastRadius === undefined ? found : { ...found, affected: blastRadius.share };
  const radius = blastRadius === undefined ? {} : { blastRadius };
  return publish(
    state,
    { ...requestOf(pause), sampled: false, answer: { paused: true, pause, ...radius } },
    context,
  );
}

function staleLook(
  { phase, plans }: Lifecycle,
  look: { readonly phase: number; readonly planVersion: number },
): Failure | undefined {
  if (look.phase !== phase) return { code: "version_conflict", expected: look.phase, actual: phase };
  const version = plans?.at(-1)?.version ?? 1;
  return look.planVersion === version
    ? undefined
    : { code: "version_conflict", expected: look.planVersion, actual: version };
}

const withPause = (lifecycle: Lifecycle, pause: AutomaticPause): Lifecycle => ({
  ...lifecycle,
  automaticPauses: [...(lifecycle.automaticPauses ?? []), pause].slice(-automaticPausesMax),
});

/** A resume accepts what paused it. */
export function acknowledged(lifecycle: Lifecycle, { at, by }: Pick<HandleContext, "at" | "by">): Lifecycle {
  const { automaticPauses } = lifecycle;
  if (automaticPauses === undefined) return lifecycle;
  return {
    ...lifecycle,
    automaticPauses: automaticPauses.map((pause) =>
      pause.resumed === undefined ? { ...pause, resumed: { at, by } } : pause,
    ),
  };
}
