import { judgeSplits } from "../calibration/judge.ts";
import { plan } from "../planning/plan.ts";
import { simulate } from "../planning/simulation/run.ts";
import { crossedGroups } from "./crossed.ts";
import { edgesOf, distributionOf } from "./histogram.ts";
import { momentsOf, pairMomentsOf, pooledCap, quantileGroup } from "./groups.ts";
import { adjusted, clustered, ranks } from "./pairs.ts";
import { inOrder, variantReplicates } from "./replicates.ts";

/** What a thread does with rows, by name. Arguments and answers cross threads; values are in shared memory. */
export const rowTasks = {
  momentsOf,
  pairMomentsOf,
  quantileGroup,
  crossedGroups,
  pooledCap,
  inOrder,
  variantReplicates,
  ranks,
  adjusted,
  clustered,
  edgesOf,
  distributionOf,
  plan,
  simulate,
  judgeSplits,
} as const;

type RowTasks = typeof rowTasks;
export type RowTaskName = keyof RowTasks;
export type RowTask = {
  readonly [Name in RowTaskName]: { readonly name: Name; readonly arguments: Parameters<RowTasks[Name]> };
}[RowTaskName];
export type RowTaskResult<Name extends RowTaskName> = ReturnType<RowTasks[Name]>;

export function runRowTask({ name, arguments: given }: RowTask): unknown {
  return (rowTasks[name] as (...all: readonly unknown[]) => unknown)(...given);
}
