import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import type { SignedPlan } from "../protocols/plan.ts";
import { packPlan, type PackedPlan } from "../protocols/published-plan.ts";
import { seededRandom, silentLog, systemClock, type KeyValueEntry } from "../runtime/index.ts";
import { PlanEntries } from "./plan-entries.ts";
import { eventually } from "../runtime/testing/nats.ts";

const id = (seed: string): string => createHash("sha256").update(seed).digest("base64url").slice(0, 22);
const plan = (version: number, units: number): SignedPlan =>
  ({
    plan: {
      environment: "test",
      version,
      experiments: {},
      segments: {
        beta: { included: Array.from({ length: units }, (_, index) => id(`${version}.${index}`)) },
      },
    },
    etag: "e".repeat(64),
  }) as unknown as SignedPlan;
const entry = ({ entry: value }: PackedPlan, revision: number): KeyValueEntry => ({
  key: "test",
  value,
  revision,
});

/** Parts that fail to be read as often as the test says. */
function opened(failures = 0) {
  const stored = new Map<string, Uint8Array>();
  const versions: number[] = [];
  let left = failures;
  const entries = new PlanEntries({
    parts: {
      get: async (key) => {
        if (left-- > 0) throw new Error("no leader");
        const value = stored.get(key);
        return value === undefined ? undefined : { key, value, revision: 1 };
      },
    },
    arrived: (text) => void versions.push((JSON.parse(text) as SignedPlan).plan.version),
    clock: systemClock,
    random: seededRandom(1),
    log: silentLog,
  });
  const store = ({ parts }: PackedPlan): void => {
    for (const { key, value } of parts) stored.set(key, value);
  };
  return { entries, store, versions };
}

describe("entries of the plans' bucket", () => {
  test("a plan in one message arrives at once, one in parts when they are read", async () => {
    const { entries, store, versions } = opened();
    entries.take(entry(await packPlan(plan(1, 10)), 1));
    assert.deepEqual(versions, [1]);
    const large = await packPlan(plan(2, 60_000));
    store(large);
    entries.take(entry(large, 2));
    await eventually("both have arrived", () => versions.length === 2);
    assert.deepEqual(versions, [1, 2]);
  });

  test("parts that cannot be read are read again", async () => {
    const { entries, store, versions } = opened(2);
    const large = await packPlan(plan(2, 60_000));
    store(large);
    entries.take(entry(large, 1));
    await eventually("it has arrived", () => versions.length === 1);
  });

  test("a newer entry ends the wait for the parts of an older one", async () => {
    const { entries, versions } = opened();
    entries.take(entry(await packPlan(plan(1, 60_000)), 1)); // its parts are gone
    entries.take(entry(await packPlan(plan(2, 10)), 2));
    await systemClock.sleep(50);
    assert.deepEqual(versions, [2]);
    entries.close();
  });
});
