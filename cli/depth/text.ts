import {
  dependentBelow,
  type DepthAnswer,
  type DepthEstimate,
  type DepthGroup,
  type HoldoutEffect,
  type Interactions,
  type Triggered,
} from "../../protocols/depth.ts";
import {
  countText,
  halfWidth,
  instantText,
  intervalText,
  percentText,
  pValueText,
  shareText,
  valueText,
} from "../../protocols/number-text.ts";
import { textTable } from "../text-table.ts";

/** An answer for people: what was found, then how, and what must hold for it. */
export function depthText(answer: DepthAnswer): string {
  const { alpha, asOf, rows, method, assumptions } = answer;
  return [
    ...foundIn(answer),
    "",
    `${method} Intervals hold ${shareText(1 - alpha)}; ${countText(rows)} values, read ${instantText(asOf)}.`,
    ...assumptions.map((text) => `- ${text}`),
  ].join("\n");
}

function foundIn(answer: DepthAnswer): readonly string[] {
  switch (answer.kind) {
    case "interactions":
      return interactionLines(answer);
    case "triggered":
      return triggeredLines(answer);
    case "holdout":
      return holdoutLines(answer);
  }
}

/** Difference, interval and p. Of what has none the reason stands below, where there is room. */
function estimateCells(estimate: DepthEstimate): readonly [string, string, string] {
  if (estimate.kind === "no_answer") return ["no answer", "", ""];
  const { difference, interval, pValue } = estimate;
  return [
    valueText(difference, { uncertainty: halfWidth(interval), sign: true }),
    intervalText(interval),
    pValueText(pValue),
  ];
}

const reasonLine = (name: string, estimate: DepthEstimate): readonly string[] =>
  estimate.kind === "no_answer" ? [`${name}: no answer, since ${estimate.reason}.`] : [];

function interactionLines(answer: Interactions): readonly string[] {
  const { experiment, metric, pairs, leftOut, comparisons } = answer;
  const title = `Interactions of ${experiment} with other experiments, by ${metric}`;
  if (pairs.length === 0) return [title, "", "No other experiment had units at the same time."];
  const named = pairs.map((pair) => ({
    ...pair,
    name: pair.phase === 1 ? pair.experiment : `${pair.experiment} (phase ${pair.phase})`,
  }));
  const rows = named.flatMap(({ name, units, cells }) =>
    cells.map(({ variant, otherVariant, estimate, independence }) => {
      const adjusted = estimate.kind === "estimated" ? pValueText(estimate.adjustedPValue) : "";
      const doubt = (independence ?? 1) < dependentBelow ? "! assignments depend on each other" : "";
      const place = `${variant} × ${otherVariant}`;
      return [name, countText(units), place, ...estimateCells(estimate), adjusted, doubt];
    }),
  );
  const titles = ["with", "units", "treatments", "change of effect", "interval", "p", "adjusted p", ""];
  const reasons = named.flatMap(({ name, cells, reason }) => [
    ...(reason === undefined ? [] : reasonLine(name, reason)),
    ...cells.flatMap(({ variant, otherVariant, estimate }) =>
      reasonLine(`${name}, ${variant} × ${otherVariant}`, estimate),
    ),
  ]);
  const adjusted = `Adjusted over ${comparisons} ${comparisons === 1 ? "pair" : "pairs"} of treatments.`;
  return [
    title,
    "",
    ...(rows.length === 0 ? [] : [...textTable(titles, rows, new Set([1])), "", adjusted]),
    ...reasons,
    ...(leftOut === 0 ? [] : [`${leftOut} more share fewer units and were not looked at.`]),
  ];
}

const groupText = ({ n, value }: DepthGroup): string =>
  value === undefined ? `n ${countText(n)}` : `${valueText(value)} (n ${countText(n)})`;

function triggeredLines({ experiment, metric, comparisons }: Triggered): readonly string[] {
  const titles = ["", "control", "variant", "difference", "interval", "p"];
  const nothing = ["", ""] as const;
  return comparisons.flatMap(({ variant, groups, triggered, others, rate, diluted, all, doubts }) => {
    const share = diluted.share === undefined ? "" : `, of whom ${percentText(diluted.share)} met it`;
    const rows = [
      ["met the change", groupText(groups.control.triggered), groupText(groups.variant.triggered), triggered],
      ["did not", groupText(groups.control.others), groupText(groups.variant.others), others],
      ["share that met it", ...nothing, rate],
      [`diluted to all${share}`, ...nothing, diluted],
      ["all, without this", ...nothing, all],
    ] as const;
    return [
      `${experiment}: ${variant} among units that met the change, by ${metric}`,
      "",
      ...textTable(
        titles,
        rows.map(([name, a, b, estimate]) => [name, a, b, ...estimateCells(estimate)]),
        new Set(),
      ),
      ...rows.flatMap(([name, , , estimate]) => reasonLine(name, estimate)),
      ...doubts.map((doubt) => `! ${doubt}`),
    ];
  });
}

function holdoutLines(answer: HoldoutEffect): readonly string[] {
  const { holdout, metric, flags, heldOut, notHeldOut, estimate, relative, sampleRatio, doubts } = answer;
  const [difference, interval, p] = estimateCells(estimate);
  const share = `${shareText(sampleRatio.expected)} are to be held out`;
  const found = sampleRatio.found === undefined ? "" : `, ${percentText(sampleRatio.found)} are`;
  const tested = sampleRatio.pValue === undefined ? "" : ` (p ${pValueText(sampleRatio.pValue)})`;
  const facts = [
    ["held out", groupText(heldOut)],
    ["not held out", groupText(notHeldOut)],
    ["difference", p === "" ? difference : `${difference}, ${interval}, p ${p}`],
    [
      "lift",
      relative === undefined
        ? ""
        : `${percentText(relative.difference, { uncertainty: halfWidth(relative.interval), sign: true })}, ${intervalText(relative.interval, "percent")}`,
    ],
    ["share", `${share}${found}${tested}`],
    ["flags", flags.join(", ")],
  ] as const;
  return [
    `What all launches did together to ${metric}, by the holdout ${holdout}`,
    "",
    ...facts.flatMap(([name, text]) => (text === "" ? [] : [`${name.padEnd(14)}${text}`])),
    ...reasonLine("difference", estimate),
    ...doubts.map((doubt) => `! ${doubt}`),
  ];
}
