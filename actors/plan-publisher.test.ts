import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import type { SignedPlan } from "../protocols/plan.ts";
import { assemblePlan, readPlanEntry, versionOfEntry } from "../protocols/published-plan.ts";
import { MemoryKeyValue } from "../runtime/memory/key-value.ts";
import { planPublisher } from "./plan-publisher.ts";

const id = (seed: string): string => createHash("sha256").update(seed).digest("base64url").slice(0, 22);
const plan = (version: number, units: number): SignedPlan =>
  ({
    plan: {
      environment: "production",
      version,
      experiments: {},
      segments: {
        beta: { included: Array.from({ length: units }, (_, index) => id(`${version}.${index}`)) },
      },
    },
    etag: "e".repeat(64),
  }) as unknown as SignedPlan;
const large = 60_000;

async function opened() {
  const [plans, parts] = [new MemoryKeyValue(), new MemoryKeyValue()];
  const publish = planPublisher(plans, parts);
  const newest = async () => readPlanEntry((await plans.get("production"))?.value ?? assert.fail("a plan"));
  const versions = async () =>
    [...new Set((await parts.keys()).map((key) => Number(key.split(".")[1])))].sort((a, b) => a - b);
  return { parts, publish, newest, versions };
}

describe("publishing plans", () => {
  test("a large one is found by its manifest", async () => {
    const { parts, publish, newest } = await opened();
    await publish(plan(1, large));
    const entry = await newest();
    assert.ok(entry?.kind === "manifest");
    const read = async (key: string) => (await parts.get(key))?.value;
    assert.deepEqual(await assemblePlan(entry.manifest, read), plan(1, large));
  });

  test("an older or equal version is left unwritten, in either form", async () => {
    const { publish, newest, versions } = await opened();
    await publish(plan(3, 10));
    await publish(plan(2, large));
    const entry = await newest();
    assert.deepEqual([entry && versionOfEntry(entry), await versions()], [3, []]);
    await publish(plan(4, large));
    await publish(plan(4, large));
    await publish(plan(3, 10));
    const last = await newest();
    assert.equal(last && versionOfEntry(last), 4);
  });

  test("parts of the version before stay for readers on their way; older ones go", async () => {
    const { publish, versions } = await opened();
    await publish(plan(1, large));
    await publish(plan(2, large));
    assert.deepEqual(await versions(), [1, 2]);
    await publish(plan(3, large));
    assert.deepEqual(await versions(), [2, 3]);
    await publish(plan(4, 10));
    await publish(plan(5, 10));
    assert.deepEqual(await versions(), []);
  });

  test("two owners at once end with the newer version, whole", async () => {
    const { parts, publish, newest } = await opened();
    await Promise.all([publish(plan(2, large)), publish(plan(1, large)), publish(plan(2, large))]);
    const entry = await newest();
    assert.ok(entry?.kind === "manifest" && entry.manifest.version === 2);
    const read = async (key: string) => (await parts.get(key))?.value;
    assert.deepEqual(await assemblePlan(entry.manifest, read), plan(2, large));
  });
});
