import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import type { SignedPlan } from "./plan.ts";
import {
  assemblePlan,
  liveOfEntry,
  packPlan,
  planPartBytes,
  readPlanEntry,
  versionOfEntry,
  type PackedPlan,
} from "./published-plan.ts";

/** Only what this file looks at; the units are as little to be compressed as real ones. */
const signed = (units: number): SignedPlan =>
  ({
    plan: {
      environment: "eu.production",
      version: 7,
      experiments: { a: { key: "a", status: "paused" }, b: { key: "b", status: "draft" } },
      segments: {
        beta: {
          included: Array.from({ length: units }, (_, index) =>
            createHash("sha256").update(`${index}`).digest("base64url").slice(0, 22),
          ),
        },
      },
    },
    etag: "e".repeat(64),
  }) as unknown as SignedPlan;
const entryOf = (packed: PackedPlan) => readPlanEntry(packed.entry) ?? assert.fail("an entry");
const manifestOf = (packed: PackedPlan) => {
  const entry = entryOf(packed);
  return entry.kind === "manifest" ? entry.manifest : assert.fail("a manifest");
};
const readFrom =
  (packed: PackedPlan) =>
  async (key: string): Promise<Uint8Array | undefined> =>
    packed.parts.find((part) => part.key === key)?.value;

describe("a published plan", () => {
  test("that fits a message is one message", async () => {
    const packed = await packPlan(signed(10));
    assert.deepEqual(packed.parts, []);
    assert.deepEqual(entryOf(packed), { kind: "plan", document: signed(10) });
  });

  test("that does not comes in parts which do, and is the same again", async () => {
    const packed = await packPlan(signed(120_000));
    assert.ok(packed.parts.length > 1 && packed.entry.length < 1_000);
    for (const { value } of packed.parts) assert.ok(value.length <= planPartBytes);
    assert.equal(new Set(packed.parts.map(({ key }) => key)).size, packed.parts.length);
    for (const { key } of packed.parts) assert.match(key, /^eu=2Eproduction\.7\.[0-9a-f]{16}\.\d+$/);
    assert.deepEqual(await assemblePlan(manifestOf(packed), readFrom(packed)), signed(120_000));
  });

  test("says its version and what is live in it, in either form", async () => {
    for (const units of [10, 120_000]) {
      const entry = entryOf(await packPlan(signed(units)));
      assert.deepEqual([versionOfEntry(entry), liveOfEntry(entry)], [7, ["a"]]);
    }
  });

  test("with a part missing, or another in its place, is no plan", async () => {
    const packed = await packPlan(signed(120_000));
    const [first, ...rest] = packed.parts;
    assert.equal(await assemblePlan(manifestOf(packed), readFrom({ ...packed, parts: rest })), undefined);
    const swapped = [{ key: first?.key ?? "", value: new Uint8Array(planPartBytes) }, ...rest];
    assert.equal(await assemblePlan(manifestOf(packed), readFrom({ ...packed, parts: swapped })), undefined);
  });

  test("is not mistaken for something else", () => {
    const read = (text: string) => readPlanEntry(new TextEncoder().encode(text));
    assert.equal(read("{"), undefined);
    assert.equal(read('{"format":"parts"}'), undefined);
    assert.deepEqual(read("3"), { kind: "plan", document: 3 });
  });
});
