import type { Failure } from "../../protocols/failures.ts";
import type { Collection } from "./history.ts";

export function notFound(collection: Collection, key: string): Failure {
  switch (collection) {
    case "flags":
      return { code: "flag_not_found", flag: key };
    case "segments":
      return { code: "segment_not_found", segment: key };
    case "metrics":
      return { code: "metric_not_found", metric: key };
    case "experiments":
      return { code: "experiment_not_found", experiment: key };
    case "layers":
      return { code: "layer_not_found", layer: key };
    case "holdouts":
      return { code: "holdout_not_found", holdout: key };
    case "overrides":
      return { code: "override_not_found", override: key };
  }
}
