import type { DepthGroup, InteractionCell } from "../../protocols/depth.ts";
import type { ExperimentDefinition } from "../../protocols/experiment.ts";
import type { RowSet } from "../rows/row-set.ts";
import { variantRows } from "../rows/row-set.ts";
import type { Pieces } from "../rows/pieces.ts";
import { noAnswer } from "../rows/silence.ts";
import { crossedEffect } from "../statistics/depth/interaction.ts";
import type { Cells, CrossedGroup } from "../statistics/depth/interaction.ts";
import { adjust } from "../statistics/multiplicity/adjust.ts";
import { unitsInCellMin } from "./looked-at.ts";
import { needed } from "./moments.ts";

type Experiment = ExperimentDefinition["experiment"];
type Groups = readonly (CrossedGroup | undefined)[];

/** Of one other experiment: how many units are in both, and each pair of treatments against both controls. */
export interface Crossed {
  readonly units: number;
  readonly cells: readonly InteractionCell[];
}

const nobody: CrossedGroup = { count: 0, value: Number.NaN, variance: 0 };

/** All others, with p-values that know of one another. */
export async function crossedCells(
  pieces: Pieces,
  rows: RowSet,
  experiment: Experiment,
  others: readonly Experiment[],
): Promise<readonly Crossed[]> {
  const perOther = await Promise.all(
    others.map(async (other, index) => {
      const byVariant = await Promise.all(
        experiment.variants.map((_, variant) =>
          needed(
            pieces,
            pieces.run("crossedGroups", variantRows(rows, variant), index, other.variants.length),
          ),
        ),
      );
      return byVariant.map((found): Groups => found ?? []);
    }),
  );
  return adjusted(
    perOther.map((groups, index) => {
      const other = others[index] ?? experiment;
      const all = groups.flat().reduce((sum, group) => sum + (group?.count ?? 0), 0);
      return { units: all, cells: cellsOf(experiment, other, groups) };
    }),
  );
}

function cellsOf(experiment: Experiment, other: Experiment, groups: readonly Groups[]): InteractionCell[] {
  const { alpha } = experiment.analysis;
  const place = ({ variants }: Experiment, wanted: string): number =>
    variants.findIndex(({ key }) => key === wanted);
  const at = (variant: string, otherVariant: string): CrossedGroup =>
    groups[place(experiment, variant)]?.[place(other, otherVariant)] ?? nobody;
  const treatments = ({ variants, control }: Experiment): readonly string[] =>
    variants.map(({ key }) => key).filter((key) => key !== control);
  return treatments(experiment).flatMap((variant) =>
    treatments(other).map((otherVariant): InteractionCell => {
      const four: Cells<CrossedGroup> = {
        cc: at(experiment.control, other.control),
        ct: at(experiment.control, otherVariant),
        tc: at(variant, other.control),
        tt: at(variant, otherVariant),
      };
      return { variant, otherVariant, ...cellOf(four, alpha) };
    }),
  );
}

function cellOf(
  four: Cells<CrossedGroup>,
  alpha: number,
): Pick<InteractionCell, "groups" | "estimate" | "independence"> {
  const shown = ({ count, value }: CrossedGroup): DepthGroup =>
    Number.isFinite(value) ? { n: count, value } : { n: count };
  const groups = { cc: shown(four.cc), ct: shown(four.ct), tc: shown(four.tc), tt: shown(four.tt) };
  const test = crossedEffect(four, alpha, unitsInCellMin);
  if (test.kind === "too_few_units")
    return {
      groups,
      estimate: {
        kind: "no_answer",
        code: "too_few_units",
        reason: `the smallest of the four groups has ${test.units} units; it takes ${test.unitsMin}`,
      },
    };
  if (test.kind !== "tested") return { groups, estimate: noAnswer({ ...test }) };
  const { effect: difference, standardError, interval, pValue, assignment } = test;
  return {
    groups,
    estimate: { kind: "estimated", difference, standardError, interval, pValue, adjustedPValue: pValue },
    ...(assignment.kind === "tested" ? { independence: assignment.pValue } : {}),
  };
}

/** Holm's, over every pair of treatments of every pair of experiments. */
function adjusted(all: readonly Crossed[]): readonly Crossed[] {
  const pValues = all.flatMap(({ cells }) =>
    cells.flatMap(({ estimate }) => (estimate.kind === "estimated" ? [estimate.pValue] : [])),
  );
  const held = [...(adjust(pValues, "holm") ?? [])];
  return all.map(({ units, cells }) => ({
    units,
    cells: cells.map((cell) => {
      if (cell.estimate.kind !== "estimated") return cell;
      const adjustedPValue = held.shift() ?? 1;
      return { ...cell, estimate: { ...cell.estimate, adjustedPValue } };
    }),
  }));
}
