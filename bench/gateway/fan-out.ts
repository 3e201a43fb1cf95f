import { join } from "node:path";
import { contentOf } from "../evaluation/plan.ts";
import { openWorld, type World } from "../pipeline/world.ts";
import type { BenchOptions, BenchRow } from "../report.ts";
import { Children } from "./children.ts";
import { Audience, type Stream } from "./audience.ts";

const clientsFull = 1_000;
const publishesFull = 20;
/** Plans of half a megabyte: half a gigabyte for each publish. */
const largePublishesFull = 5;
const usualFlags = 50;
const largeFlagsFull = 1_000;
const p99MsMax = 250;

const planStream: Stream = {
  name: "plan stream",
  path: (world) => Promise.resolve(`/stream/${world.environment}`),
  p99MsMax,
};
const noticeStream: Stream = { name: "OFREP event stream", path: noticePath, p99MsMax };

export async function measureFanOut({ scale, progress }: BenchOptions): Promise<BenchRow[]> {
  const clients = Math.max(100, Math.round(clientsFull * scale));
  const children = new Children();
  progress("gateway: fan-out, starting a Weir of its own");
  const world = await openWorld();
  try {
    const audience = new Audience(world, children.start(join(import.meta.dirname, "listeners.ts")), clients);
    const usual = contentOf(usualFlags, 0).flags;
    await audience.fill(usual);
    const publishes = Math.max(3, Math.round(publishesFull * scale));
    progress(`gateway: fan-out, ${clients} clients of the plan stream, ${publishes} publishes`);
    const plans = await audience.rows(planStream, publishes);
    progress(`gateway: fan-out, ${clients} clients of the OFREP event stream, ${publishes} publishes`);
    const notices = await audience.rows(noticeStream, publishes);
    const large = Math.max(usualFlags * 2, Math.round(largeFlagsFull * scale));
    const largePublishes = Math.max(2, Math.round(largePublishesFull * scale));
    progress(`gateway: fan-out, a plan of ${large} flags, ${largePublishes} publishes`);
    await audience.fill(contentOf(large, 0).flags.slice(usual.length));
    const unbounded = { name: `plan stream, ${large} flags`, path: planStream.path };
    return [...plans, ...notices, ...(await audience.rows(unbounded, largePublishes))];
  } finally {
    await children.end();
    await world.close();
  }
}

/** From a bulk answer, as clients learn it. */
async function noticePath({ api, environment }: World): Promise<string> {
  const { eventStreams } = await api.call<{
    readonly eventStreams: readonly { readonly endpoint: { readonly requestUri: string } }[];
  }>("POST", "/ofrep/v1/evaluate/flags", {
    query: { env: environment },
    body: { context: { targetingKey: "user" } },
  });
  return eventStreams[0]?.endpoint.requestUri ?? "";
}
