import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../protocols/testing/properties.ts";
import type { Flag } from "../protocols/flag.ts";
import { blastRadius } from "./blast-radius.ts";
import { chanceFrom } from "./chance.ts";
import type { PlanContent } from "./compile.ts";
import { program } from "./program.ts";
import { experiment, flag, planOf, seeded, segment, unit } from "./testing.ts";
import * as arbitrary from "./testing/arbitrary.ts";

const built = (members: Partial<PlanContent>) => program(planOf(members));
const options = (units = 2_000) => ({ units, now: 0, random: chanceFrom("test") });
const withRules = (key: string, rules: readonly object[], members = {}): Flag =>
  flag(key, { rules, ...members });
const on = { variation: "on" };

test("the same content concerns nobody", () => {
  const flags = [
    withRules("f", [{ id: "r", when: { attribute: "plan", op: "eq", value: "pro" }, serve: on }]),
  ];
  const radius = blastRadius(built({ flags }), built({ flags }), options());
  assert.deepEqual(radius, { units: 2_000, share: 0, flags: [] });
});

test("a first plan concerns everybody, from nothing to something", () => {
  const radius = blastRadius(undefined, built({ flags: [flag("f")] }), options(100));
  assert.deepEqual(radius, {
    units: 100,
    share: 1,
    flags: [{ flag: "f", share: 1, moves: [{ to: "off", share: 1 }] }],
  });
});

test("a split from half to three quarters moves a quarter, one way", () => {
  const halves = (weight: number) =>
    flag("f", {
      fallthrough: {
        split: [
          { variation: "on", weight },
          { variation: "off", weight: 10_000 - weight },
        ],
      },
    });
  const radius = blastRadius(
    built({ flags: [halves(5_000), flag("g")] }),
    built({ flags: [halves(7_500), flag("g")] }),
    options(),
  );
  const [only] = radius.flags;
  assert.equal(radius.flags.length, 1);
  assert.ok(Math.abs((only?.share ?? 0) - 0.25) < 0.04, `${only?.share ?? 0}`);
  assert.deepEqual(
    only?.moves.map(({ from, to }) => [from, to]),
    [["off", "on"]],
  );
});

test("a rule of five conditions is hit, because contexts are aimed at it", () => {
  const when = {
    all: ["a", "b", "c", "d", "e"].map((attribute, index) => ({ attribute, op: "eq", value: index * 7 })),
  };
  const others = Array.from({ length: 20 }, (_, index) => ({
    id: `r${index}`,
    when: { attribute: "a", op: "eq", value: `other-${index}` },
    serve: { variation: "off" },
  }));
  const before = built({ flags: [withRules("f", others)] });
  const after = built({ flags: [withRules("f", [...others, { id: "new", when, serve: on }])] });
  const [found] = blastRadius(before, after, options()).flags;
  assert.equal(found?.moves[0]?.to, "on");
});

test("a segment, an experiment, a prerequisite and an override reach the flags behind them", () => {
  const flags = [
    withRules("by-segment", [{ id: "r", when: { op: "in_segment", value: "s" }, serve: on }]),
    flag("tried", { fallthrough: { experiment: "e" } }),
    flag("needs-tried", {
      prerequisites: [{ flag: "tried", variations: ["on"] }],
      fallthrough: { variation: "on" },
    }),
    flag("forced"),
  ];
  const content = { flags, segments: [segment("s")], experiments: [experiment("e", "tried")] };
  const reached = (members: Partial<PlanContent>): string[] =>
    blastRadius(built(content), built({ ...content, ...members }), options())
      .flags.map((each) => each.flag)
      .toSorted();
  const everybody = segment("s", { rules: [{ all: [] }] });
  assert.deepEqual(reached({ segments: [everybody] }), ["by-segment"]);
  const paused = experiment("e", "tried", { status: "paused" });
  assert.deepEqual(reached({ experiments: [paused] }), ["needs-tried", "tried"]);
  const override = { key: "o", unit: unit(1), target: { flag: "forced", variation: "on" } };
  assert.deepEqual(reached({ overrides: [override as PlanContent["overrides"][number]] }), ["forced"]);
});

test("the work is bounded, whatever is asked for", () => {
  const many = (on: boolean) =>
    built({
      flags: Array.from({ length: 1_000 }, (_, index) =>
        flag(`f${index}`, { killed: on, fallthrough: { variation: "on" } }),
      ),
    });
  const radius = blastRadius(many(false), many(true), options(1_000_000));
  assert.equal(radius.units, 30);
  assert.equal(radius.flags.length, 1_000);
});

test("any two plans can be compared, and the same chance gives the same answer", () => {
  fc.assert(
    fc.property(arbitrary.plan, arbitrary.plan, (one, other) => {
      const [before, after] = [program(one), program(other)];
      const radius = blastRadius(before, after, options(30));
      assert.deepEqual(blastRadius(before, after, options(30)), radius);
      for (const { share, moves } of radius.flags) {
        const sum = moves.reduce((total, move) => total + move.share, 0);
        assert.ok(Math.abs(sum - share) < 1e-9 && share <= radius.share + 1e-9);
      }
    }),
    seeded(40),
  );
});
