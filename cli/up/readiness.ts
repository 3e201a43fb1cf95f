import { z } from "zod";
import type { Clock } from "../clock.ts";

/** The gateway's answer to /ready, which speaks for every part. */
const Readiness = z.object({
  ready: z.boolean(),
  parts: z
    .array(z.object({ name: z.string(), ready: z.boolean(), detail: z.string().optional() }))
    .default([]),
});
export type Readiness = z.infer<typeof Readiness>;

const askTimeoutMs = 5_000;
const askIntervalMs = 100;

/** Asks once; undefined when nothing that looks like Weir answers. */
export async function askReady(url: string): Promise<Readiness | undefined> {
  try {
    const response = await fetch(`${url}/ready`, { signal: AbortSignal.timeout(askTimeoutMs) });
    return Readiness.parse(await response.json());
  } catch {
    return undefined;
  }
}

/** Asks until it is ready, the time is up or `signal` aborts; answers the last state. */
export async function waitReady(
  url: string,
  options: { readonly clock: Clock; readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<Readiness | undefined> {
  const deadline = options.clock.now() + options.timeoutMs;
  for (;;) {
    const state = await askReady(url);
    if (state?.ready === true || options.signal.aborted || options.clock.now() > deadline) return state;
    await options.clock.sleep(askIntervalMs, options.signal);
  }
}

/** "actors, analytics (warehouse is starting)": what is missing. */
export const missingText = (state: Readiness | undefined): string =>
  state === undefined
    ? "the gateway does not answer"
    : state.parts
        .filter(({ ready }) => !ready)
        .map(({ name, detail }) => (detail === undefined ? name : `${name} (${detail})`))
        .join(", ");
