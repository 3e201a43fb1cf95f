import { z } from "zod";
import { ExperimentKey, FlagKey, Key } from "./ids.ts";
import { MetricFilter } from "./metric-filter.ts";
import { EpochMs } from "./time.ts";

// A stretch of an environment's past, and whose: the units that a plan or a calibration learns from.

export const historyDaysMax = 365;
export const historyDaysDefault = 28;

/**
 * Units enter with their first exposure in the last `days` days: of the experiment, of the flag, or any. Where nothing was
 * exposed to anything, they enter with their first event that one of the metrics reads. A metric then looks at what came after
 * it, up to the end.
 */
export const History = z.strictObject({
  days: z.number().int().min(1).max(historyDaysMax).default(historyDaysDefault),
  /** Epoch ms; absent: now. */
  until: EpochMs.optional(),
  experiment: ExperimentKey.optional(),
  /** One arm only: an experiment that has an effect is no A/A test as a whole. */
  variant: Key.optional(),
  flag: FlagKey.optional(),
  /** Over the metadata of the exposures; operators are those of metric filters. */
  targeting: MetricFilter.optional(),
});
export type History = z.infer<typeof History>;

/** By what units entered. */
export type Entered = "exposures" | "events";
