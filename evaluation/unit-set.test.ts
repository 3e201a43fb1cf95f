import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../protocols/testing/properties.ts";
import { seeded, unit } from "./testing.ts";
import { UnitSet } from "./unit-set.ts";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** So many different ids from a number on: the number itself, and three words made of it. */
function idsFrom(first: number, count: number): string[] {
  const words = new Uint32Array(count * 4);
  for (let index = 0; index < count; index++)
    for (let word = 0; word < 4; word++)
      words[index * 4 + word] = Math.imul(first + index, 2 * word * 0x9e3779b1 + 1);
  const bytes = Buffer.from(words.buffer);
  return Array.from({ length: count }, (_, index) =>
    bytes.toString("base64url", index * 16, index * 16 + 16),
  );
}

const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

test("a set of any texts holds exactly those", () => {
  const id = fc.oneof(
    fc.nat(30).map((index) => unit(index) as string),
    fc.string({ minLength: 20, maxLength: 24 }),
    fc.constantFrom("A".repeat(22), `${"A".repeat(21)}B`, `${"A".repeat(21)}Q`, `${"é".repeat(22)}`, ""),
  );
  fc.assert(
    fc.property(fc.array(id, { maxLength: 60 }), fc.array(id, { maxLength: 60 }), (members, asked) => {
      const set = UnitSet.of(members);
      const wanted = new Set(members);
      for (const each of [...members, ...asked]) assert.equal(set.has(each), wanted.has(each), each);
    }),
    seeded(500),
  );
});

test("ids that differ in their last characters only are spread all the same", () => {
  const ids = Array.from({ length: 64 ** 2 }, (_, index) => {
    const [a, b] = [alphabet.charAt(index & 63), alphabet.charAt(index >> 6)];
    return `${"A".repeat(19)}${a}${b}A`;
  });
  const set = UnitSet.of(ids);
  const start = cpuMs();
  for (let round = 0; round < 10; round++) for (const id of ids) assert.ok(set.has(id));
  assert.ok(cpuMs() - start < 1_000, "no bucket holds them all");
  assert.equal(set.has(`${"A".repeat(18)}BAAA`), false);
});

test("a million ids: 18 bytes each, built within a second, and in steps of a few milliseconds", () => {
  const ids = idsFrom(0, 1_000_000);
  let worst = 0;
  const start = cpuMs();
  const steps = UnitSet.steps(ids);
  let set: UnitSet | undefined;
  while (set === undefined) {
    const before = cpuMs();
    const step = steps.next();
    worst = Math.max(worst, cpuMs() - before);
    if (step.done === true) set = step.value;
  }
  const built = cpuMs() - start;
  const startOfSet = cpuMs();
  assert.equal(new Set(ids).size, ids.length);
  const builtSet = cpuMs() - startOfSet;
  assert.ok(set.bytes / ids.length < 18, `${set.bytes / ids.length} bytes an id`);
  assert.ok(built < Math.max(1_000, builtSet), `built in ${built} ms, a Set in ${builtSet} ms`);
  assert.ok(worst < 50, `a step took ${worst} ms`); // a few; the margin is for a machine that does other things
  for (let index = 0; index < 1_000_000; index += 997) assert.ok(set.has(ids[index] ?? ""));
  for (const id of idsFrom(1_000_000, 10_000)) assert.equal(set.has(id), false);
});
