import { standingPause } from "../../../protocols/breach.ts";
import { pauseReason, pauseSentence } from "../../../protocols/automatic-pause-words.ts";
import { countText, instantText, shareText } from "../../../protocols/number-text.ts";
import type { Report } from "../../../protocols/report.ts";
import type { DecisionKind } from "../../../protocols/scorecard.ts";
import { callOf, expectedText } from "../model/headline.ts";
import { type Block, heading, text, type Tone } from "./block.ts";

const toneOf: Record<DecisionKind, Tone> = {
  ship: "good",
  stop: "bad",
  keep_waiting: "quiet",
  invalid: "warn",
};

/** What to do and why, what would change it, and the whole in plain words. */
export function openingOf(report: Report): Block[] {
  const { decision } = report;
  return [
    decision === undefined
      ? { kind: "call", tone: "quiet", text: "No decision", reason: report.headline }
      : { kind: "call", tone: toneOf[decision.kind], text: callOf(decision), reason: decision.reason },
    ...pausedNow(report),
    ...(decision === undefined ? [] : [heading("What would change it", 3), list(decision.wouldChange)]),
    ...[decision === undefined ? undefined : expectedText(decision)].flatMap((each) =>
      each === undefined ? [] : [text(each)],
    ),
    heading("In plain words"),
    report.summary.length === 0
      ? text("There is no summary: this result was made without a decision.")
      : list(report.summary),
    ...(report.hypothesis === undefined ? [] : [heading("Hypothesis", 3), text(report.hypothesis)]),
    ...pausedInOtherPhases(report),
    facts(report),
  ];
}

/** The plain words below say when, and what to do. */
function pausedNow(report: Report): Block[] {
  const pause = standingPause(report);
  if (pause === undefined) return [];
  const reason = `Nobody is assigned at present, since ${pauseReason(pause, titleIn(report))}.`;
  return [{ kind: "call", tone: "warn", text: "Paused by Weir itself", reason }];
}

/** Those of this phase are among the plain words. */
function pausedInOtherPhases(report: Report): Block[] {
  const standing = standingPause(report);
  const others = (report.automaticPauses ?? []).filter(
    (pause) => pause.phase !== report.phase && pause !== standing,
  );
  if (others.length === 0) return [];
  return [
    heading("Automatic pauses of other phases", 3),
    list(others.map((pause) => pauseSentence(pause, titleIn(report)))),
  ];
}

const titleIn =
  ({ metrics }: Report) =>
  (metric: string): string =>
    metrics.find(({ key }) => key === metric)?.name ?? metric;

const list = (items: readonly string[]): Block => ({ kind: "list", items });

function facts(report: Report): Block {
  const weights = report.variants.reduce((sum, { weight }) => sum + weight, 0);
  const units = report.variants.reduce((sum, variant) => sum + variant.units, 0);
  const variants = report.variants.map(({ key, weight, units: own }) => {
    const share = weights === 0 ? "no share" : shareText(weight / weights);
    return `${key}${key === report.control ? " (control)" : ""}: ${countText(own)} units, planned share ${share}`;
  });
  return {
    kind: "facts",
    facts: [
      ["State", `${report.status}, phase ${report.phase}`],
      ...(report.startedAt === undefined ? [] : [["Started", instantText(report.startedAt)] as const]),
      ["Units", countText(units)],
      ["Variants", variants.join("; ")],
      ["Report of", instantText(report.provenance.at)],
    ],
  };
}
