import assert from "node:assert/strict";
import { test } from "node:test";
import { createTelemetry, systemClock, type Connection } from "../../runtime/index.ts";
import { lettersExporter, LetterWatch } from "./letter-watch.ts";

test("letters are counted over the last minute, and from nothing when the stream is another one", async () => {
  let now = 0;
  let last = 100;
  const watch = new LetterWatch({ ...systemClock, monotonicMs: () => now });
  const parts = { reader: { bounds: async () => ({ first: 1, last }) } } as unknown as Connection;
  const seen: number[] = [];
  for (const [at, newest] of [
    [0, 100],
    [30_000, 150],
    [61_000, 160],
    [95_000, 161],
    [96_000, 3],
    [97_000, 5],
  ] as const) {
    [now, last] = [at, newest];
    seen.push(await watch.perMinute(parts));
  }
  assert.deepEqual(seen, [0, 50, 10, 1, 0, 2]);
});

test("the gauge falls back to nothing when the last letter of a kind is gone", async () => {
  const telemetry = createTelemetry("test");
  const counts = new Map([
    ["dead.events.a=2Eb", 2],
    ["dead.gap", 1],
  ]);
  const parts = { care: { messageCounts: async () => counts } } as unknown as Connection;
  const tell = lettersExporter(telemetry);
  await tell(parts);
  assert.match(
    await telemetry.prometheusText(),
    /weir_dead_letters_stored\{[^}]*kind="event"[^}]*environment="a\.b"[^}]*\} 2/,
  );
  counts.delete("dead.gap");
  await tell(parts);
  assert.match(await telemetry.prometheusText(), /weir_dead_letters_stored\{[^}]*kind="gap"[^}]*\} 0/);
  await telemetry.close();
});
