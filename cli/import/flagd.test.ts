import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../../protocols/json.ts";
import { murmur3 } from "../../evaluation/hash-profiles/murmur3.ts";
import { importFlagd } from "./flagd.ts";
import { deciderOf, importedOf, suiteOptions } from "./testing/suite.ts";

type Loose = Readonly<Record<string, unknown>>;

const flag = (targeting: Json, members: Loose = {}): Loose => ({
  state: "ENABLED",
  variants: { on: true, off: false, true: true, false: false },
  defaultVariant: "off",
  targeting,
  ...members,
});

function deciderFor(flags: Loose, evaluators: Loose = {}) {
  const imported = importedOf(importFlagd({ flags, $evaluators: evaluators }, suiteOptions));
  const decide = deciderOf(imported);
  const keys = new Map(imported.report.map(({ name, key }) => [name, key]));
  return {
    imported,
    variation: (name: string, key: string | undefined, attributes: Loose = {}, now = 0): string | undefined =>
      decide(keys.get(name) ?? name, { key, attributes, now }).variation,
  };
}

const bucket = (text: string, total: number): number =>
  Number((BigInt(murmur3(text, 0)) * BigInt(total)) >> 32n);
const email: Json = { var: "email" };

test("a fractional keeps every unit where it is, whatever is hashed", () => {
  const colours = { variants: { red: "r", green: "g", blue: "b" }, defaultVariant: "red" };
  const parts: Json[] = [
    ["green", 25],
    ["blue", 50],
    ["red", 25],
  ];
  const cat: Json = { cat: [{ var: "$flagd.flagKey" }, email] };
  const { variation } = deciderFor({
    plain: flag({ fractional: parts }, colours),
    byEmail: flag({ fractional: [email, ...parts] }, colours),
    seeded: flag({ fractional: [cat, ...parts] }, colours),
    twice: flag(
      {
        fractional: [
          ["red", 1],
          ["green", 1],
          ["red", 2],
        ],
      },
      colours,
    ),
  });
  const of = (at: number): string => (at < 25 ? "green" : at < 75 ? "blue" : "red");
  for (let index = 0; index < 1_000; index++) {
    const user = `user-${index}@example.com`;
    assert.equal(variation("plain", user), of(bucket(`plain${user}`, 100)));
    assert.equal(variation("byEmail", "k", { email: user }), of(bucket(user, 100)));
    assert.equal(variation("seeded", "k", { email: user }), of(bucket(`seeded${user}`, 100)));
    assert.equal(variation("twice", user), bucket(`twice${user}`, 4) === 1 ? "green" : "red");
  }
  assert.equal(variation("byEmail", "k"), "red", "nothing to hash gives the default");
});

test("conditions hold as JsonLogic says", () => {
  const x: Json = { var: "x" };
  const rows: readonly (readonly [Json, Loose, boolean])[] = [
    [{ "==": [x, "a"] }, { x: "a" }, true],
    [{ "==": [x, "5"] }, { x: 5 }, true],
    [{ "===": [x, "5"] }, { x: 5 }, false],
    [{ "==": [5, x] }, { x: "5" }, true],
    [{ "!=": [x, "a"] }, {}, true],
    [{ "==": [x, null] }, {}, true],
    [{ "<": [x, 5] }, { x: 4 }, true],
    [{ "<": [5, x] }, { x: 6 }, true],
    [{ "<=": [1, x, 3] }, { x: 3 }, true],
    [{ "<=": [1, x, 3] }, { x: 4 }, false],
    [{ in: [x, ["a", "b"]] }, { x: "b" }, true],
    [{ in: ["@example", x] }, { x: "ada@example.com" }, true],
    [{ in: ["a", x] }, { x: ["a"] }, true],
    [{ and: [{ "==": [x, "a"] }, { "!": [{ "==": [{ var: "y" }, "b"] }] }] }, { x: "a" }, true],
    [{ or: [{ "==": [x, "a"] }, x] }, { x: "z" }, true],
    [{ "!!": [x] }, { x: [] }, false],
    [{ starts_with: [x, "ad"] }, { x: "ada" }, true],
    [{ ends_with: [x, "ad"] }, { x: "ada" }, false],
    [{ sem_ver: [x, ">=", "v1.2"] }, { x: "1.2.0" }, true],
    [{ sem_ver: [x, "^", "2.0.0"] }, { x: "2.9.1" }, true],
    [{ sem_ver: [x, "^", "2.0.0"] }, { x: "3.0.0" }, false],
    [{ sem_ver: [x, "~", "2.1.0"] }, { x: "2.1.7" }, true],
    [{ sem_ver: [x, "!=", "1.0.0"] }, { x: "one" }, false],
    [{ in: [{ var: "targetingKey" }, ["ada", "bob"]] }, {}, true],
    [{ "==": [{ var: "targetingKey" }, "eve"] }, {}, false],
    [{ $ref: "adults" }, { age: 20 }, true],
  ];
  const flags = Object.fromEntries(
    rows.map(([logic], index) => [`f${index}`, flag({ if: [logic, "on", "off"] })]),
  );
  const { variation, imported } = deciderFor(flags, { adults: { ">=": [{ var: "age" }, 18] } });
  assert.deepEqual(
    imported.report.filter(({ outcome }) => outcome === "refused"),
    [],
  );
  for (const [index, [logic, attributes, expected]] of rows.entries())
    assert.equal(
      variation(`f${index}`, "ada", attributes),
      expected ? "on" : "off",
      `${JSON.stringify(logic)} ${JSON.stringify(attributes)}`,
    );
});

test("a branch that gives nothing gives the default and does not go on to the next", () => {
  const { variation } = deciderFor({
    f: flag({ if: [{ var: "a" }, { if: [{ var: "b" }, "on"] }, { var: "c" }, "on", "true"] }),
    truth: flag({ "==": [{ var: "a" }, 1] }),
  });
  assert.equal(variation("f", "k", { a: 1, b: 1 }), "on");
  assert.equal(variation("f", "k", { a: 1, c: 1 }), "off");
  assert.equal(variation("f", "k", { c: 1 }), "on");
  assert.equal(variation("f", "k"), "true");
  assert.equal(variation("truth", "k", { a: 1 }), "true");
  assert.equal(variation("truth", "k"), "false");
});

test("the time of flagd is the clock of the decision, in whole seconds", () => {
  const time: Json = { var: "$flagd.timestamp" };
  const { variation } = deciderFor({
    before: flag({ if: [{ "<": [time, 10] }, "on", "off"] }),
    until: flag({ if: [{ "<=": [time, 10] }, "on", "off"] }),
    from: flag({ if: [{ ">=": [time, 10] }, "on", "off"] }),
    after: flag({ if: [{ ">": [time, 10] }, "on", "off"] }),
  });
  const at = (now: number): string[] =>
    ["before", "until", "from", "after"].filter((name) => variation(name, "k", {}, now) === "on");
  assert.deepEqual(at(9_999), ["before", "until"]);
  assert.deepEqual(at(10_000), ["until", "from"]);
  assert.deepEqual(at(10_999), ["until", "from"]);
  assert.deepEqual(at(11_000), ["from", "after"]);
});

test("a flag that is off, one without a default and logic beyond conditions are said", () => {
  const { imported } = deciderFor({
    off: flag(null, { state: "DISABLED" }),
    none: flag(null, { defaultVariant: null }),
    computed: flag({ if: [{ "==": [{ var: "a" }, { var: "b" }] }, "on"] }),
    nowhere: flag({ if: [true, "purple"] }),
    dangling: flag({ $ref: "gone" }),
  });
  assert.deepEqual(
    imported.report.map(({ name, outcome, notes }) => [name, outcome, notes[0]?.path]),
    [
      ["off", "changed", "flags.off.state"],
      ["none", "changed", "flags.none.defaultVariant"],
      ["computed", "refused", "targeting.if[0].=="],
      ["nowhere", "refused", "targeting.if[1]"],
      ["dangling", "refused", "flags.dangling.targeting"],
    ],
  );
});
