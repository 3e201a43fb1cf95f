import {
  dependentBelow,
  type DepthEstimate,
  type DepthGroup,
  type Interactions,
  type Triggered,
} from "../../../protocols/depth.ts";
import {
  countText,
  halfWidth,
  intervalText,
  percentText,
  pointsText,
  pValueText,
  valueText,
} from "../../../protocols/number-text.ts";
import type { Report } from "../../../protocols/report.ts";
import { type Block, cell, type Cell, heading, nothing, text } from "./block.ts";

/** Of pairs of treatments: the route has all of them. */
const rowsMax = 30;

/** Other experiments, and who met the change, by the primary metric. */
export function depthBlocks({ depth, rows }: Report): Block[] {
  if (depth === undefined) return [];
  const { interactions, triggered } = depth;
  const form = rows.find(({ role }) => role === "primary")?.isShare === true ? "points" : "value";
  return [
    heading("Other experiments at the same time"),
    ...(interactions.kind === "absent"
      ? [text(`Whether others change the effect is not known: ${interactions.reason}.`)]
      : interactionBlocks(interactions.value, form)),
    heading("Units that met the change"),
    ...(triggered.kind === "absent"
      ? [text(`The effect among them is not known by itself: ${triggered.reason}.`)]
      : triggeredBlocks(triggered.value, form)),
  ];
}

/** Differences of shares are points. */
type Form = "points" | "value";

function interactionBlocks(
  { metric, pairs, leftOut, comparisons, method }: Interactions,
  form: Form,
): Block[] {
  if (pairs.length === 0) return [text("No other experiment had units at the same time.")];
  const rows = pairs.flatMap(({ experiment, units, cells }) =>
    cells.map(({ variant, otherVariant, estimate, independence }): readonly Cell[] => [
      cell(experiment),
      cell(`${variant} × ${otherVariant}`),
      cell(countText(units)),
      ...estimateCells(estimate, form),
      estimate.kind === "estimated" ? cell(pValueText(estimate.adjustedPValue)) : nothing,
      (independence ?? 1) < dependentBelow
        ? cell("assignments depend on each other", "warn")
        : cell("independent", "quiet"),
    ]),
  );
  const silent = pairs.flatMap(({ experiment, reason }) =>
    reason === undefined ? [] : [`${experiment}: no answer, since ${reason.reason}.`],
  );
  const table: Block = {
    kind: "table",
    caption: `How the effect on ${metric} changes under other experiments`,
    columns: [
      { title: "With" },
      { title: "Treatments" },
      { title: "Units", isNumber: true },
      { title: "Change of the effect", isNumber: true },
      { title: "Interval and p, once", isNumber: true },
      { title: "Adjusted p", isNumber: true },
      { title: "Assignments" },
    ],
    rows: rows.slice(0, rowsMax),
  };
  const items = [
    ...silent,
    ...(rows.length > rowsMax ? [`${rows.length - rowsMax} more lines are left out here.`] : []),
    ...(leftOut > 0 ? [`${leftOut} more experiments share fewer units and were not looked at.`] : []),
    ...(comparisons > 0 ? [`Adjusted over ${comparisons}. ${method}`] : []),
  ];
  return [
    ...(rows.length === 0 ? [] : [table]),
    ...(items.length === 0 ? [] : [{ kind: "list", items } as const]),
  ];
}

function triggeredBlocks({ metric, comparisons, method }: Triggered, form: Form): Block[] {
  const known = comparisons.filter(({ diluted }) => diluted.kind === "estimated");
  const [first] = comparisons;
  if (known.length === 0)
    return [
      text(
        `The effect is that among units that met the change, and is not told apart from all: ${first?.diluted.kind === "no_answer" ? first.diluted.reason : "there is no treatment"}.`,
      ),
    ];
  const rows = known.flatMap(({ variant, groups, triggered, others, rate, diluted, all }) => {
    const share = diluted.share === undefined ? "" : ` (${percentText(diluted.share)} met it)`;
    const line = (
      name: string,
      estimate: DepthEstimate,
      [control, treated]: readonly DepthGroup[] = [],
      own: Form = form,
    ): readonly Cell[] => [
      cell(variant),
      cell(name),
      groupCell(control, form),
      groupCell(treated, form),
      ...estimateCells(estimate, own),
    ];
    return [
      line("met the change", triggered, [groups.control.triggered, groups.variant.triggered]),
      line("did not", others, [groups.control.others, groups.variant.others]),
      line("share that met it", rate, [], "points"),
      line(`diluted to all${share}`, diluted),
      line("all, without this", all),
    ];
  });
  return [
    {
      kind: "table",
      caption: `The effect on ${metric} among units that met the change, and among all`,
      columns: [
        { title: "Variant" },
        { title: "Among" },
        { title: "Control", isNumber: true },
        { title: "Treated", isNumber: true },
        { title: "Difference", isNumber: true },
        { title: "Interval and p, once", isNumber: true },
      ],
      rows,
    },
    {
      kind: "list",
      items: [...known.flatMap(({ doubts }) => doubts.map((doubt) => `Doubt: ${doubt}.`)), method],
    },
  ];
}

function groupCell(group: DepthGroup | undefined, form: Form): Cell {
  if (group === undefined) return nothing;
  const { n, value } = group;
  const text = form === "points" ? percentText : valueText;
  return cell([value === undefined ? "–" : text(value), `n ${countText(n)}`]);
}

function estimateCells(estimate: DepthEstimate, form: Form): readonly [Cell, Cell] {
  if (estimate.kind === "no_answer") return [nothing, cell(estimate.reason, "quiet")];
  const { difference, interval, pValue } = estimate;
  return [
    cell(
      (form === "points" ? pointsText : valueText)(difference, {
        uncertainty: halfWidth(interval),
        sign: true,
      }),
    ),
    cell([intervalText(interval, form), `p ${pValueText(pValue)}`]),
  ];
}
