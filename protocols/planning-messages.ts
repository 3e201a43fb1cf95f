import { z } from "zod";
import { CalibrationRequest } from "./calibration.ts";
import { EnvironmentKey } from "./ids.ts";
import { JobId } from "./job.ts";
import { Metric } from "./metric.ts";
import { PowerRequest } from "./power.ts";

// Core requests of the planner and the calibration (subjects in topology.ts).

const common = { environment: EnvironmentKey, metrics: z.array(Metric), job: JobId.optional() };

/** `subjects.power`. `metrics`: those of the environment that the request names. Answer: PowerAnswer. */
export const PowerMessage = z.strictObject({ ...common, request: PowerRequest });
export type PowerMessage = z.input<typeof PowerMessage>;

/** `subjects.calibrate`. `metrics`: what is calibrated; `missing`: what was asked for and is none. Answer: CalibrationReport. */
export const CalibrationMessage = z.strictObject({
  ...common,
  missing: z.array(z.string()),
  request: CalibrationRequest,
});
export type CalibrationMessage = z.input<typeof CalibrationMessage>;
