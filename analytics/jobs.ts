import type { Answer } from "../protocols/failures.ts";
import { succeed } from "../protocols/errors.ts";
import { JobMessage, type JobProgress } from "../protocols/job.ts";
import { subjects } from "../protocols/topology.ts";
import type { Clock, Messaging } from "../runtime/index.ts";

/** Work of seconds or minutes that whoever asked for it may follow and give up. */
export interface Job {
  readonly signal: AbortSignal;
  progress(share: number, what: string): void;
}

/** Nobody waits longer: whoever asked has been told that there is no answer. */
export const jobMsMax = 5 * 60_000;

/**
 * Runs work under a name. While it runs, this process answers for it, whichever process is asked; without a name nobody
 * can follow it.
 */
export async function runJob<Value>(
  { messaging, clock }: { readonly messaging: Messaging; readonly clock: Clock },
  id: string | undefined,
  work: (job: Job) => Promise<Value>,
): Promise<Value> {
  const end = new AbortController();
  const done = new AbortController();
  let state: JobProgress = { share: 0, what: "waiting" };
  const answer = (payload: unknown): Promise<Answer> => {
    if (JobMessage.safeParse(payload).data?.type === "cancel") end.abort();
    return Promise.resolve(succeed(state));
  };
  const stop = id === undefined ? undefined : await messaging.serve(subjects.job(id), answer);
  const deadline = clock.sleep(jobMsMax, done.signal).then(() => end.abort());
  try {
    return await work({
      signal: end.signal,
      progress: (share, what) => void (state = { share, what }),
    });
  } finally {
    done.abort();
    await deadline;
    await stop?.();
  }
}
