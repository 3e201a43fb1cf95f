import { alwaysValidSimulations } from "./always-valid.ts";
import { groupSequentialSimulations } from "./group-sequential.ts";
import type { Simulation } from "./simulation.ts";

/** Promises of tests that are looked at again and again. */
export const sequentialSimulations: readonly Simulation[] = [
  ...alwaysValidSimulations,
  ...groupSequentialSimulations,
];

/** Promises of intervals that are looked at once. */
export { intervalSimulations } from "./intervals.ts";
