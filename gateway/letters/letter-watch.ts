import { streams } from "../../protocols/topology.ts";
import type { Clock, Connection, Telemetry } from "../../runtime/index.ts";

// How many letters there are, and whether they come faster than people can look at them.

/** A letter a second, for a minute: something is wrong that one look will show. */
export const lettersPerMinuteMax = 60;
const minuteMs = 60_000;

type Parts = Pick<Connection, "reader" | "care">;

export class LetterWatch {
  readonly #clock: Clock;
  /** Last sequence of the stream, at most one a second for a minute. */
  readonly #samples: { readonly atMs: number; readonly last: number }[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Messages of letters within the last minute; a gateway writes many letters in one. */
  async perMinute({ reader }: Parts): Promise<number> {
    const { last } = await reader.bounds(streams.dead.name);
    const now = this.#clock.monotonicMs();
    const samples = this.#samples;
    if (samples.length > 0 && last < (samples.at(-1)?.last ?? 0)) samples.length = 0; // another stream
    samples.push({ atMs: now, last });
    while (samples.length > 1 && now - (samples[0]?.atMs ?? now) > minuteMs) samples.shift();
    return last - (samples[0]?.last ?? last);
  }
}

/** A gauge by subject: what waits to be looked at. Call before rendering. */
export function lettersExporter(telemetry: Telemetry): (parts: Parts | undefined) => Promise<void> {
  const stored = telemetry.gauge("weir_dead_letters_stored", {
    description: "Messages in the stream DEAD, by kind; of events many letters in one",
  });
  const known = new Map<string, { kind: string; environment: string }>();
  return async (parts) => {
    const counts = await parts?.care?.messageCounts(streams.dead.name, "dead.>").catch(() => undefined);
    if (counts === undefined) return;
    for (const subject of counts.keys()) known.set(subject, labelsOf(subject));
    for (const [subject, labels] of known) stored(counts.get(subject) ?? 0, labels);
  };
}

function labelsOf(subject: string): { kind: string; environment: string } {
  const [, second = "", third] = subject.split(".");
  return third === undefined
    ? { kind: second, environment: "" }
    : { kind: "event", environment: third.replaceAll("=2E", ".") };
}
