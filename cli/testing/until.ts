import assert from "node:assert/strict";
import { systemClock } from "../clock.ts";

/** Patience for a busy machine; on a quiet one what is waited for takes seconds. */
const msMax = 60_000;

/** What is said once it holds. */
export async function until<Value>(
  ask: () => Promise<Value>,
  holds: (value: Value) => boolean,
): Promise<Value> {
  const deadline = systemClock.now() + msMax;
  for (;;) {
    const value = await ask();
    if (holds(value)) return value;
    assert.ok(systemClock.now() < deadline, `in time: ${JSON.stringify(value).slice(0, 2_000)}`);
    await systemClock.sleep(100);
  }
}
