import assert from "node:assert/strict";
import { test } from "node:test";
import { murmur3 } from "../../../evaluation/hash-profiles/murmur3.ts";
import { caseNames, flagsOf, orderOf, peopleOf, userCount } from "../cases.ts";
import type { CaseName, FlagSpec, Person } from "../cases.ts";
import type { Open, Said } from "../contestant.ts";
import { complaintsOf, count, emptyTally } from "../shares.ts";
import { openBare, openBareMurmur } from "./bare.ts";
import { murmur } from "./murmur.ts";
import { openWeir, openWeirRaw } from "./weir.ts";

const people = peopleOf(userCount);
const decisions = 20_000;

async function answersOf(open: Open, name: CaseName): Promise<Said[]> {
  const flags = flagsOf(name);
  const order = orderOf(name);
  const ready = await open(flags, people, () => undefined);
  const calls = flags.map((flag) => ready.of(flag));
  const said: Said[] = [];
  for (let index = 0; index < decisions; index++)
    said.push(await calls[order.flags[index] ?? 0]?.(order.people[index] ?? 0));
  return said;
}

function complaints(name: CaseName, said: readonly Said[]): string[] {
  const flags = flagsOf(name);
  const order = orderOf(name);
  const tally = emptyTally();
  for (const [index, one] of said.entries())
    count(tally, flags[order.flags[index] ?? 0] as FlagSpec, people[order.people[index] ?? 0] as Person, one);
  return complaintsOf(tally);
}

for (const name of caseNames) {
  test(`case ${name}: Weir answers what the bare recipe answers, with and without a unit id at hand`, async () => {
    const bare = await answersOf(openBare, name);
    assert.deepEqual(complaints(name, bare), []);
    assert.deepEqual(await answersOf(openWeir, name), bare);
    assert.deepEqual(await answersOf(openWeirRaw, name), bare);
  });

  test(`case ${name}: the recipe with the cheaper hash gives the same shares`, async () => {
    assert.deepEqual(complaints(name, await answersOf(openBareMurmur, name)), []);
  });
}

test("the murmur3 of texts of one-byte characters is murmur3", () => {
  for (const text of ["", "a", "ab", "abc", "abcd", "flag:user-12345"])
    assert.equal(murmur(text), murmur3(text, 0));
});
