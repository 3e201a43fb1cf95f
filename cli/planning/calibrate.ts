import type { z } from "zod";
import type { CalibrationReport, CalibrationRequest } from "../../protocols/calibration.ts";
import { Instant } from "../../protocols/time.ts";
import { routes } from "../../protocols/routes.ts";
import { Api } from "../api.ts";
import { environmentName } from "../environment-name.ts";
import { usageFailure } from "../failure.ts";
import type { Target } from "../target.ts";
import { calibrationText } from "./calibration-text.ts";
import { asJob, type Following } from "./job.ts";

export interface CalibrateOptions {
  readonly metric?: readonly string[];
  readonly days: number;
  readonly splits: number;
  readonly seed: number;
  readonly alpha: number;
  readonly experiment?: string;
  readonly variant?: string;
  readonly flag?: string;
  readonly until?: string;
  readonly environment?: string;
  readonly fail: boolean;
  readonly json?: boolean;
}

/** `weir calibrate`: the text to print, and whether a method errs more often than it promises. */
export async function calibrateCommand(
  options: CalibrateOptions,
  target: Target,
  following: Following,
): Promise<{ readonly text: string; readonly off: boolean }> {
  const { metric, days, splits, seed, alpha, experiment, variant, flag } = options;
  const until = options.until === undefined ? undefined : Instant.safeParse(options.until);
  if (until?.success === false)
    throw usageFailure(`--until is a time as in 2027-01-31T00:00:00Z, and not "${options.until ?? ""}"`);
  const body: z.input<typeof CalibrationRequest> = {
    ...(metric === undefined ? {} : { metrics: [...metric] }),
    history: {
      days,
      ...(until === undefined ? {} : { until: until.data }),
      ...(experiment === undefined ? {} : { experiment }),
      ...(variant === undefined ? {} : { variant }),
      ...(flag === undefined ? {} : { flag }),
    },
    splits,
    seed,
    alpha,
  };
  const api = new Api(target);
  const env = await environmentName(api, options.environment);
  const report = await asJob<CalibrationReport>(api, routes.calibrate.path, { body, env }, following);
  return {
    text: options.json === true ? JSON.stringify(report) : calibrationText(report),
    off: report.off,
  };
}
