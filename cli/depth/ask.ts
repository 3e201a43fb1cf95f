import type { DepthAnswer } from "../../protocols/depth.ts";
import type { RowProgress } from "../../protocols/row-answers.ts";
import type { Route } from "../../protocols/routes.ts";
import { Api } from "../api.ts";
import type { Target } from "../target.ts";

export interface DepthOptions {
  readonly env?: string | undefined;
  readonly metric?: string | undefined;
  readonly unit?: string | undefined;
  readonly json?: boolean | undefined;
}

export interface Following {
  readonly signal?: AbortSignal;
  /** Told how far it is, whenever that is asked again. */
  readonly progress: (line: string) => void;
}

/** One request is answered within half a minute, or says how far it is. */
const tryMsMax = 60_000;

interface Working {
  readonly kind: "working";
  readonly progress: RowProgress;
}

/** Asks until the answer is there. */
export async function askDepth<Answered extends DepthAnswer>(
  target: Target,
  { method, path }: Route,
  key: string,
  { env, metric, unit }: DepthOptions,
  { signal, progress }: Following,
): Promise<Answered> {
  const api = new Api(target);
  const query = {
    ...(env === undefined ? {} : { env }),
    ...(metric === undefined ? {} : { metric }),
    ...(unit === undefined ? {} : { unit }),
  };
  for (;;) {
    const answer = await api.call<Answered | Working>(method, path.replace(":key", encodeURIComponent(key)), {
      query,
      tryMs: tryMsMax,
      deadlineMs: tryMsMax,
      ...(signal === undefined ? {} : { signal }),
    });
    if (answer.kind !== "working") return answer;
    const { stage, done, of } = answer.progress;
    progress(`${stage}: ${done}${of === undefined ? "" : ` of ${of}`}`);
  }
}
