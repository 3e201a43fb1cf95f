import type { IngestReceipt } from "../../protocols/event.ts";
import type { LogRecord } from "../../protocols/log-record.ts";
import { systemClock, type Random } from "../../runtime/index.ts";
import { environment } from "./scene.ts";
import type { Sent, Story } from "./stories.ts";

// Clients as they should be: what is not acknowledged is sent again, unchanged, to whichever gateway answers.

const tryTimeoutMs = 5_000;
const pauseMsMax = 500;
/** Of the batches, sent to both gateways at the same moment. */
const doubledShare = 0.1;

export interface Doors {
  readonly urls: readonly string[];
  readonly token: string;
}

export interface Traffic {
  /** Records of all that was acknowledged: what must be counted. */
  readonly records: LogRecord[];
  acknowledged: number;
  refusals: number;
  triesAgain: number;
}

export const noTraffic = (): Traffic => ({ records: [], acknowledged: 0, refusals: 0, triesAgain: 0 });

export interface Pace {
  readonly random: Random;
  /** Events, of all workers together, at most. */
  readonly perSecond: number;
  readonly storiesPerBatch: number;
  readonly workers: number;
  readonly signal: AbortSignal;
}

/** Sends stories until there are no more, or `signal`; what is begun is told to the end. */
export async function send(
  stories: { next(): Story | undefined },
  doors: Doors,
  traffic: Traffic,
  { random, perSecond, storiesPerBatch, workers, signal }: Pace,
): Promise<void> {
  const startMs = performance.now();
  let made = 0;
  const worker = async (): Promise<void> => {
    while (!signal.aborted) {
      const dueMs = startMs + (made / perSecond) * 1_000;
      const waitMs = dueMs - performance.now();
      if (waitMs > 0) await systemClock.sleep(waitMs, signal);
      if (signal.aborted) return;
      const batch = Array.from({ length: storiesPerBatch }, () => stories.next()).filter(
        (story) => story !== undefined,
      );
      if (batch.length === 0) return;
      made += batch.reduce((sum, { first, second }) => sum + first.length + second.length, 0);
      await tell(batch, doors, traffic, random);
    }
  };
  await Promise.all(Array.from({ length: workers }, worker));
}

/** The order within a story: what comes first is acknowledged before the rest leaves. */
async function tell(batch: readonly Story[], doors: Doors, traffic: Traffic, random: Random): Promise<void> {
  for (const part of ["first", "second"] as const) {
    const sent = batch.flatMap((story) => story[part]);
    if (sent.length > 0) await deliver(sent, doors, traffic, random);
  }
}

async function deliver(sent: readonly Sent[], doors: Doors, traffic: Traffic, random: Random): Promise<void> {
  const body = JSON.stringify(sent.map(({ event }) => event));
  const first = Math.floor(random.fraction() * doors.urls.length);
  const isDoubled = random.fraction() < doubledShare;
  const urls = isDoubled ? doors.urls : [doors.urls[first] as string];
  const receipts = await Promise.all(urls.map((_, index) => untilTaken(body, doors, first + index, traffic)));
  const receipt = receipts[0] as IngestReceipt;
  traffic.acknowledged += receipt.accepted;
  traffic.refusals += receipt.rejected;
  const mistaken = new Set(sent.flatMap(({ record }, index) => (record === undefined ? [index] : [])));
  for (const { index, code, message } of receipt.errors)
    if (!mistaken.has(index) && code !== "id_reused")
      throw new Error(`a good event was refused: ${code} ${message}: ${JSON.stringify(sent[index]?.event)}`);
  for (const { record } of sent) if (record !== undefined) traffic.records.push(record);
}

async function untilTaken(
  body: string,
  doors: Doors,
  first: number,
  traffic: Traffic,
): Promise<IngestReceipt> {
  for (let attempt = 0; ; attempt++) {
    const url = doors.urls[(first + attempt) % doors.urls.length] as string;
    try {
      const response = await fetch(`${url}/v1/events?env=${environment}`, {
        method: "POST",
        headers: { authorization: `Bearer ${doors.token}`, "content-type": "application/json" },
        body,
        signal: AbortSignal.timeout(tryTimeoutMs),
      });
      const text = await response.text();
      if (response.status === 202) return JSON.parse(text) as IngestReceipt;
      if (response.status < 500 && response.status !== 429 && response.status !== 404)
        throw new Refused(`${response.status} ${text}`);
    } catch (error) {
      if (error instanceof Refused) throw error;
    }
    traffic.triesAgain++;
    await systemClock.sleep(Math.min(pauseMsMax, 50 * (attempt + 1)));
  }
}

class Refused extends Error {}
