import { createWeir } from "../../sdk/node/index.ts";
import { Api } from "../api.ts";
import { type Clock, systemClock } from "../clock.ts";
import type { Target } from "../target.ts";
import { listenForShutdown } from "../up/shutdown.ts";
import { Dice } from "./dice.ts";
import { seedDemo } from "./seed.ts";
import { demoEnvironment, truthText } from "./truth.ts";
import { type Shop, visit } from "./visitor.ts";

export interface DemoOptions extends Target {
  /** Visitors a second. */
  readonly rate: number;
  readonly seed: number;
}

/** Ten steps a second look steady on a chart and cost nothing. */
const stepMs = 100;
const reportIntervalMs = 10_000;
/** The parts may all be restarting while the demonstration is prepared. */
const seedDeadlineMs = 300_000;

/** Prepares the demonstration and sends visitors until it is asked to stop. */
export async function demo(options: DemoOptions, say: (line: string) => void): Promise<void> {
  const shutdown = listenForShutdown(systemClock, () => process.exit(0));
  const { signal } = shutdown;
  const { url, token, rate, seed } = options;
  try {
    await seedDemo(new Api({ url, token, deadlineMs: seedDeadlineMs }), signal);
    const client = createWeir({
      url,
      token,
      environment: demoEnvironment,
      initTimeoutMs: 10_000,
      onError: (notice) => say(JSON.stringify(notice)),
    });
    client.onStatus((status) => say(`status ${status}`));
    await client.ready();
    say(truthText());
    say(`${rate} visitors a second (seed ${seed}); Ctrl-C stops them`);
    process.send?.({ type: "ready" });
    try {
      await sendVisitors(client, options, systemClock, signal, (line) =>
        say(`${line}, ${client.pendingEvents} events pending`),
      );
    } finally {
      await client.close();
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    shutdown.dispose();
  }
}

/** Visitors at a steady rate: each step sends as many as are due, also after a step that came late. */
export async function sendVisitors(
  shop: Shop & { readonly status: string },
  options: { readonly rate: number; readonly seed: number },
  clock: Clock,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<void> {
  const dice = new Dice(options.seed);
  // Users of another run are other people: a returning user would keep the variant, which is right, and the
  // purchase, which would make the chance of the second run meaningless.
  const run = clock.now().toString(36);
  const beganAt = clock.now();
  let reportedAt = beganAt;
  let visitors = 0;
  let buyers = 0;
  let due = 0;
  let steppedAt = beganAt;
  while (!signal.aborted) {
    await clock.sleep(stepMs, signal);
    const now = clock.now();
    // A sleeping laptop does not send a night's visitors in one step.
    due += (Math.min(now - steppedAt, 1_000) / 1_000) * options.rate;
    steppedAt = now;
    // Nobody visits a shop without configuration: they would get defaults, and buy without being counted.
    if (shop.status === "not_ready") due = 0;
    for (; due >= 1; due--) {
      visitors++;
      if (visit(shop, `visitor-${run}-${visitors}`, dice)) buyers++;
    }
    if (now - reportedAt < reportIntervalMs) continue;
    reportedAt = now;
    say(`${visitors} visitors, ${buyers} bought`);
  }
}
