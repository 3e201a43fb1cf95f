import { fail, succeed } from "../../protocols/errors.ts";
import type { Reply } from "../../protocols/errors.ts";
import type { DepthEstimate, DepthGroup, Triggered, TriggeredComparison } from "../../protocols/depth.ts";
import type { AnswerOptions, RowFailure, RowSurroundings } from "../rows/answer.ts";
import { noAnswer } from "../rows/silence.ts";
import { triggered } from "../statistics/depth/triggered.ts";
import type { TriggeredArm } from "../statistics/depth/triggered.ts";
import { normalEffect } from "../statistics/effect.ts";
import { mergeMoments } from "../statistics/moments.ts";
import { welch } from "../statistics/methods/welch.ts";
import { readFacts } from "../summary/facts.ts";
import { assignedOnly, exposedSql } from "../summary/unit-source.ts";
import { estimateOf } from "./estimate.ts";
import { meansOf, together } from "./moments.ts";
import type { ExperimentQuestion } from "./question.ts";
import { DepthReading } from "./reading.ts";

/** A check of the trigger below this p is said as a doubt. */
const doubtBelow = 0.01;
/** As for rows. */
const timeoutMs = 60_000;

/** The effect among units that met the change, those assigned without meeting it beside them. */
export async function triggeredOf(
  surroundings: RowSurroundings,
  { environment, definition, metric }: ExperimentQuestion,
  options: AnswerOptions,
): Promise<Reply<Triggered, RowFailure>> {
  const { experiment } = definition;
  const { key, phase, flag, control, analysis } = experiment;
  const reading = new DepthReading(surroundings, options, `${environment}/${key}`);
  const known = await exposedUnits(surroundings, environment, { experiment: key, phase, flag });
  if (!known.ok) return known;
  if (reading.isGivenUp) return fail({ code: "cancelled" });
  const met = await reading.read({ environment, definition, metric });
  if (!met.ok) return met;
  const source = { of: assignedOnly, parameters: { flag } };
  const unmet = await reading.read({ environment, definition, metric, more: { source } });
  if (!unmet.ok) return unmet;
  const all = await reading.capped(together(met.value, unmet.value), metric);
  if (!all.ok) return all;
  const places = experiment.variants.length;
  const moments = await meansOf(reading.pieces, all.value);
  const finished = reading.finish();
  if (!finished.ok) return finished;
  const armOf = (variant: string): TriggeredArm => {
    const place = experiment.variants.findIndex((each) => each.key === variant);
    return { triggered: moments(place), complement: moments(places + place) };
  };
  const { exposed, dealt } = known.value;
  const treatments = experiment.variants.map((variant) => variant.key).filter((each) => each !== control);
  return succeed({
    kind: "triggered",
    environment,
    experiment: key,
    phase,
    metric: metric.key,
    alpha: analysis.alpha,
    ...finished.value,
    method:
      "Welch's t among exposed units and among those assigned but not exposed; two proportions' z for the share exposed; the diluted effect is that share times the first, its variance by the delta method.",
    assumptions,
    exposed,
    dealt,
    comparisons: treatments.map((variant) =>
      comparisonOf(variant, armOf(control), armOf(variant), analysis.alpha, { exposed, dealt }),
    ),
  });
}

const assumptions = [
  "Who meets the change does not depend on the variant: the shares exposed are compared, and the effect among the others must be none.",
  "Exposures say who met it. Assigned is who a logged decision dealt to; units that were decided for elsewhere, as by a server's own evaluation, are known by their exposures only.",
  "A value counts from the first exposure on, and of those without one from the first assignment on. Units are independent.",
  "Intervals are as of one look.",
];

async function exposedUnits(
  { warehouse }: RowSurroundings,
  environment: string,
  parameters: { readonly experiment: string; readonly phase: number; readonly flag: string },
): Promise<Reply<{ readonly exposed: number; readonly dealt: number }, RowFailure>> {
  const facts = await readFacts(warehouse, environment);
  if (!facts.ok) return facts;
  const found = await warehouse.query<{ readonly exposed: string; readonly dealt: string }>(
    exposedSql({ environment, facts: facts.value }),
    { env: environment, ...parameters },
    { timeoutMs },
  );
  if (!found.ok) return found;
  const [row] = found.value;
  return succeed({ exposed: Number(row?.exposed ?? 0), dealt: Number(row?.dealt ?? 0) });
}

function comparisonOf(
  variant: string,
  control: TriggeredArm,
  treated: TriggeredArm,
  alpha: number,
  { exposed, dealt }: { readonly exposed: number; readonly dealt: number },
): TriggeredComparison {
  const found = triggered(control, treated, alpha);
  const whole = (arm: TriggeredArm) => mergeMoments(arm.triggered, arm.complement);
  const effect = estimateOf(found.effect);
  const others = estimateOf(found.complement);
  const rate = estimateOf(found.rate);
  const nobodyElse = control.complement.count + treated.complement.count === 0;
  return {
    variant,
    groups: { control: groupsOf(control), variant: groupsOf(treated) },
    triggered: effect,
    others: nobodyElse ? everybodyMetIt : others,
    rate: nobodyElse ? everybodyMetIt : rate,
    diluted: nobodyElse ? everybodyMetIt : dilutedOf(found.diluted, alpha),
    all: nobodyElse ? everybodyMetIt : estimateOf(welch(whole(control), whole(treated), alpha)),
    doubts: [
      ...(isSmall(rate) && !nobodyElse
        ? ["the variants were met by different shares of their units: those who met them are not comparable"]
        : []),
      ...(isSmall(others) && !nobodyElse
        ? ["there is an effect among those who did not meet the change: exposures do not tell who met it"]
        : []),
      ...(dealt < (1 - unknownShareMax) * exposed && !nobodyElse
        ? [
            `of ${exposed} exposed units ${exposed - dealt} were assigned by no decision that is known: the share that met the change is too high`,
          ]
        : []),
    ],
  };
}

/** Of exposed units: so few without a known decision change no share that is shown. */
const unknownShareMax = 0.01;

const everybodyMetIt = {
  kind: "no_answer",
  code: "everybody_met_it",
  reason: "no unit is known that was assigned without meeting the change",
} as const;

const isSmall = (estimate: DepthEstimate): boolean =>
  estimate.kind === "estimated" && estimate.pValue < doubtBelow;

function groupsOf({ triggered: met, complement }: TriggeredArm): {
  readonly triggered: DepthGroup;
  readonly others: DepthGroup;
} {
  const group = ({ count, mean }: TriggeredArm["triggered"]): DepthGroup =>
    count === 0 ? { n: 0 } : { n: count, value: mean };
  return { triggered: group(met), others: group(complement) };
}

function dilutedOf(
  diluted: ReturnType<typeof triggered>["diluted"],
  alpha: number,
): TriggeredComparison["diluted"] {
  if (diluted === undefined) return noAnswer({ kind: "no_effect_to_dilute" });
  const { rate, value, variance } = diluted;
  return { ...estimateOf(normalEffect(value, Math.sqrt(variance), alpha)), share: rate };
}
