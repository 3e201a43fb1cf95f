import { randomBytes } from "node:crypto";
import type { JobProgress } from "../../protocols/job.ts";
import { routes } from "../../protocols/routes.ts";
import type { Api } from "../api.ts";
import { systemClock } from "../clock.ts";

export interface Following {
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
}

const lookEveryMs = 1_000;
/** As long as the service may take. */
const answerMsMax = 5 * 60_000 + 20_000;

/** A request that may take minutes: its progress is told meanwhile, and an interrupt gives it up over there, too. */
export async function asJob<Value>(
  api: Api,
  path: string,
  { body, env }: { readonly body: unknown; readonly env: string },
  { signal, progress }: Following,
): Promise<Value> {
  const job = randomBytes(16).toString("hex");
  const at = routes.job.path.replace(":id", job);
  const done = new AbortController();
  const following = follow(api, at, progress, done.signal);
  let cancelling: Promise<unknown> | undefined;
  const cancel = (): void => {
    cancelling = api.ask("DELETE", at, { deadlineMs: 5_000 }).catch(() => undefined);
  };
  signal.addEventListener("abort", cancel, { once: true });
  try {
    return await api.call<Value>("POST", path, {
      body,
      query: { env, job },
      tryMs: answerMsMax,
      deadlineMs: answerMsMax,
      signal,
    });
  } finally {
    signal.removeEventListener("abort", cancel);
    done.abort();
    await Promise.all([following, cancelling]);
  }
}

async function follow(
  api: Api,
  path: string,
  progress: (line: string) => void,
  done: AbortSignal,
): Promise<void> {
  let said = "";
  for (;;) {
    await systemClock.sleep(lookEveryMs, done);
    if (done.aborted) return;
    // Progress is a courtesy: the request itself says what is wrong.
    const found = await api
      .ask<JobProgress>("GET", path, { signal: done, deadlineMs: 5_000 })
      .catch(() => undefined);
    if (found?.ok !== true) continue;
    const line = `${String(Math.round(found.value.share * 100)).padStart(3)} %  ${found.value.what}`;
    if (line !== said) progress(line);
    said = line;
  }
}
