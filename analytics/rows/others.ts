import { tables } from "../schema/tables.ts";
import { countedUnit, linkJoin, rowCondition } from "../summary/scope.ts";
import type { Parameters, Scope } from "../summary/scope.ts";

/** Another experiment in one of its phases: its variants in their order. */
export interface OtherExperiment {
  readonly experiment: string;
  readonly phase: number;
  readonly variants: readonly string[];
}

/**
 * A row for each unit that is in any of them: `other0`, `other1` …, the place of its variant plus one. 0: not in it, or in
 * two of its variants, where it is set aside.
 */
export function othersSql(scope: Scope, count: number): string {
  const columns = Array.from({ length: count }, (_, index) => {
    const place = `indexOf({other_variants${index}:Array(String)}, s.variant)`;
    const is = `s.experiment = {other${index}:String} AND s.phase = {other_phase${index}:UInt32}`;
    const [least, most] = [`minIf(${place}, ${is})`, `maxIf(${place}, ${is})`];
    return `toUInt8(if(${least} = ${most}, ${most}, 0)) AS other${index}`;
  });
  return `
  SELECT ${countedUnit(scope, "s")} AS unit,
    ${columns.join(",\n    ")}
  FROM ${tables.exposures.name} AS s
  ${linkJoin(scope, "s")}
  WHERE ${rowCondition(scope, "s")} AND s.experiment IN {other_experiments:Array(String)}
  GROUP BY unit`;
}

export function othersParameters(others: readonly OtherExperiment[]): Parameters {
  const own = others.flatMap(({ experiment, phase, variants }, index) => [
    [`other${index}`, experiment] as const,
    [`other_phase${index}`, phase] as const,
    [`other_variants${index}`, variants] as const,
  ]);
  return {
    other_experiments: [...new Set(others.map(({ experiment }) => experiment))],
    ...Object.fromEntries<Parameters[string]>(own),
  };
}
