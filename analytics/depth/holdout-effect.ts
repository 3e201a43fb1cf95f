import { fail, succeed } from "../../protocols/errors.ts";
import type { Reply } from "../../protocols/errors.ts";
import type { DepthRequest, HoldoutEffect } from "../../protocols/depth.ts";
import { ExperimentDefinition } from "../../protocols/experiment.ts";
import { bucketCount } from "../../protocols/flag.ts";
import { holdoutCodes } from "../../protocols/holdout-codes.ts";
import { summaryKind } from "../../protocols/metric-shape.ts";
import type { AnswerOptions, RowFailure, RowSurroundings } from "../rows/answer.ts";
import type { RowSet } from "../rows/row-set.ts";
import type { EffectEstimated, Uncertain } from "../statistics/effect.ts";
import { holdout } from "../statistics/depth/holdout.ts";
import { ratioDifference, uncertainRatio } from "../statistics/methods/ratio.ts";
import { isDistinctFromZero, relativeLift } from "../statistics/methods/relative.ts";
import { uncertainMean } from "../statistics/methods/welch.ts";
import { askedHoldout, heldOut, notHeldOut } from "../summary/unit-source.ts";
import { estimateOf } from "./estimate.ts";
import { holdoutGroups } from "./holdout-groups.ts";
import type { HoldoutGroups } from "./holdout-groups.ts";
import { meansOf, pairsOf } from "./moments.ts";
import { DepthReading } from "./reading.ts";

export type HoldoutQuestion = Omit<Extract<DepthRequest, { kind: "holdout" }>, "waitMs" | "toEnd">;

const alpha = 0.05;

/** What everything that a holdout keeps away did together, to the units that it does not keep. */
export async function holdoutEffectOf(
  surroundings: RowSurroundings,
  question: HoldoutQuestion,
  options: AnswerOptions,
): Promise<Reply<HoldoutEffect, RowFailure>> {
  const { environment, holdout: key, flags, metric, share, endsAt, unit } = question;
  const reading = new DepthReading(surroundings, options, `${environment}/${key}`);
  const definition = definitionOf(question);
  const until = endsAt ?? surroundings.clock.now();
  const parameters = { flags, codes: [...holdoutCodes], until };
  const counted = await holdoutGroups(surroundings.warehouse, definition, { environment, parameters, share });
  if (!counted.ok) return counted;
  if (reading.isGivenUp) return fail({ code: "cancelled" });
  const more = {
    source: { of: askedHoldout, parameters },
    ...(endsAt === undefined ? {} : { until: endsAt }),
  };
  const read = await reading.read({ environment, definition, metric, more });
  if (!read.ok) return read;
  const rows = await reading.capped(read.value, metric);
  if (!rows.ok) return rows;
  const isRatio = summaryKind(metric, unit) === "ratio";
  const found = isRatio ? await ratiosOf(reading, rows.value) : await meansCompared(reading, rows.value);
  const finished = reading.finish();
  if (!finished.ok) return finished;
  const { groups, effect } = found;
  const [kept = { n: 0 }, free = { n: 0 }] = groups.map(({ n, estimate }) =>
    estimate === undefined || n === 0 ? { n } : { n, value: estimate.value },
  );
  const relative = relativeOf(effect, groups[0]?.estimate, groups[1]?.estimate);
  return succeed({
    kind: "holdout",
    environment,
    holdout: key,
    flags,
    metric: metric.key,
    alpha,
    ...finished.value,
    method: isRatio
      ? "Difference of ratios by the delta method, normal interval."
      : "Welch's t-test of all launches together against the units held out.",
    assumptions,
    heldOut: kept,
    notHeldOut: free,
    estimate: counted.value.heldOut === 0 ? nobodyHeldOut : estimateOf(effect),
    ...(relative === undefined || counted.value.heldOut === 0 ? {} : { relative }),
    crossovers: counted.value.crossovers,
    sampleRatio: counted.value.sampleRatio,
    doubts: doubtsOf(counted.value),
  });
}

const assumptions = [
  "Who is held out is known of units that a gateway decided for, by the decision's code, since the first that said so. Decisions that a server makes for itself are not in the log, and units that only those decided for are in neither group.",
  "Both groups are those who were asked at all, and a value counts from the first such decision on: who was dealt to and who was not are together, so what is seen is the effect on everybody who came by.",
  "A holdout keeps units from experiments. What is served to everybody reaches units held out as well: a launch that should stay away from them goes on as an experiment at full weight until the holdout ends.",
  "Units are independent; the interval is as of one look.",
];

const nobodyHeldOut = {
  kind: "no_answer",
  code: "nobody_held_out",
  reason:
    "no decision that kept a unit out is in the warehouse: none was made, the environment's decision log is disabled, or servers decide for themselves",
} as const;

/** The two groups, as an experiment's variants. */
function definitionOf({ holdout: key, flags, unit, metric, share }: HoldoutQuestion): ExperimentDefinition {
  return ExperimentDefinition.parse({
    experiment: {
      key,
      flag: flags[0],
      variants: [
        { key: heldOut, variation: "off", weight: share },
        { key: notHeldOut, variation: "on", weight: bucketCount - share },
      ],
      control: heldOut,
      unit,
      metrics: { primary: metric.key },
      status: "running",
      phase: 1,
    },
    metrics: [metric],
  });
}

interface Compared {
  readonly groups: readonly { readonly n: number; readonly estimate: Uncertain | undefined }[];
  readonly effect: ReturnType<typeof holdout>["together"] | ReturnType<typeof ratioDifference>;
}

async function meansCompared({ pieces }: DepthReading, rows: RowSet): Promise<Compared> {
  const group = await meansOf(pieces, rows);
  const [kept, free] = [group(0), group(1)];
  return {
    groups: [kept, free].map((each) => ({ n: each.count, estimate: uncertainMean(each) })),
    effect: holdout(kept, free, [], alpha).together,
  };
}

async function ratiosOf({ pieces }: DepthReading, rows: RowSet): Promise<Compared> {
  const group = await pairsOf(pieces, rows);
  const [kept, free] = [group(0), group(1)];
  return {
    groups: [kept, free].map((each) => ({ n: each.count, estimate: uncertainRatio(each) })),
    effect: ratioDifference(kept, free, alpha),
  };
}

function relativeOf(
  effect: Compared["effect"],
  kept: Uncertain | undefined,
  free: Uncertain | undefined,
): HoldoutEffect["relative"] {
  if (effect.kind !== "estimated" || kept === undefined || free === undefined) return undefined;
  const { critical }: EffectEstimated = effect;
  if (!isDistinctFromZero(kept, critical)) return undefined;
  const lift = relativeLift(kept, free, critical);
  return lift === undefined ? undefined : { difference: lift.difference, interval: lift.interval };
}

/** Below it something keeps or counts units otherwise than the share says. */
const mismatchBelow = 0.001;

function doubtsOf({ sampleRatio, crossovers, heldOut: kept }: HoldoutGroups): readonly string[] {
  return [
    ...(kept > 0 && (sampleRatio.pValue ?? 1) < mismatchBelow
      ? [
          "not as many units are held out as the share says: it was changed, the log of decisions lost some, or something else decides in its place for one of the groups",
        ]
      : []),
    ...(crossovers > kept / 100
      ? [`${crossovers} units were in both groups, as when the share is changed, and are left out`]
      : []),
  ];
}
