import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../ports/random.ts";
import { drawFaults, faultText, hostFaults, serverFaults } from "./faults.ts";
import type { Fault, FaultKind } from "./faults.ts";

const leaseTtlMs = 3_000;
function drawn(kinds: readonly FaultKind[], seed: number, count: number): Fault[] {
  const faults = drawFaults(kinds, seededRandom(seed), leaseTtlMs);
  return Array.from({ length: count }, () => faults.next().value);
}

test("the same seed draws the same faults, another one others", () => {
  assert.deepEqual(drawn(serverFaults, 5, 40), drawn(serverFaults, 5, 40));
  assert.notDeepEqual(drawn(serverFaults, 5, 40), drawn(serverFaults, 6, 40));
});

test("every kind comes once before any comes again", () => {
  for (const kinds of [hostFaults, serverFaults]) {
    const first = drawn(kinds, 9, kinds.length).map(({ kind }) => kind);
    assert.deepEqual(new Set(first), new Set(kinds));
  }
});

test("a suspended host sleeps longer than its lease", () => {
  const suspended = drawn(hostFaults, 3, 200).filter(({ kind }) => kind === "suspend_host");
  assert.ok(suspended.length > 10);
  assert.ok(suspended.every(({ durationMs }) => durationMs > leaseTtlMs));
});

test("each fault can be told, with whom it hits and how long", () => {
  for (const fault of [...drawn(hostFaults, 1, 30), ...drawn(serverFaults, 1, 30)])
    assert.match(faultText(fault), /(host-[abc]|server-[012]|users|cluster).*\d s$/);
});
