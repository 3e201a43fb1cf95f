import assert from "node:assert/strict";
import { test } from "node:test";
import { flagsOf, peopleOf, type FlagSpec, type Person } from "./cases.ts";
import type { Said } from "./contestant.ts";
import { complaintsOf, count, emptyTally } from "./shares.ts";

const people = peopleOf(20_000);
const [targeted] = flagsOf("b") as [FlagSpec];
const [tried] = flagsOf("c") as [FlagSpec];

function complaints(flag: FlagSpec, say: (person: Person, index: number) => Said): string[] {
  const tally = emptyTally();
  for (const [index, person] of people.entries()) count(tally, flag, person, say(person, index));
  return complaintsOf(tally);
}

const ruled = ({ attributes: { country, plan, appVersion } }: Person): boolean | undefined => {
  const [major = 0, minor = 0] = appVersion.split(".").map(Number);
  const number = Number(country.slice(1));
  if (number < 5 && plan === "enterprise") return true;
  if (plan === "pro" && major === 9 && minor >= 10) return true;
  if (number >= 10 && number < 15 && major === 9 && minor >= 5) return false;
  return undefined;
};

test("rules obeyed and halves by chance are no ground for complaint", () => {
  assert.deepEqual(
    complaints(targeted, (person, index) => ruled(person) ?? index % 2 === 0),
    [],
  );
});

test("one answer against a rule is named", () => {
  const first = people.findIndex((person) => ruled(person) === false);
  const found = complaints(
    targeted,
    (person, index) => index === first || (ruled(person) ?? index % 2 === 0),
  );
  assert.deepEqual(found, [`1 wrong answers, such as b-0 for user-${first}: on instead of off`]);
});

test("shares further from the intended ones than chance goes are named", () => {
  const found = complaints(targeted, (person, index) => ruled(person) ?? index % 10 < 6);
  assert.equal(found.length, 2);
  assert.match(found[0] ?? "", /^kind b gave on to \d+\.\d\d % of \d+, meant were 50\.00 %$/);
});

test("an answer that nobody meant is named", () => {
  const found = complaints(tried, (_, index) => (index % 2 === 0 ? "none" : undefined));
  assert.equal(found[0], "kind c also gave undefined");
});
