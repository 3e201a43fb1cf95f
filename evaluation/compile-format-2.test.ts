import assert from "node:assert/strict";
import { test } from "node:test";
import type { PlanContent } from "./compile.ts";
import { compile } from "./compile.ts";
import { EpochMs } from "../protocols/time.ts";
import { Holdout, Override, PublishedLayer } from "../protocols/layer.ts";
import { content, experiment, flag, unit } from "./testing.ts";

// Layers, holdouts, overrides, rollouts, shadows and imported recipes: what compile() says of them.

const publishedAt = EpochMs.parse(1_000);

function said(members: Partial<PlanContent>): { problems: string[]; warnings: string[] } {
  const outcome = compile(content(members), 1, publishedAt);
  const lines = (issues: readonly { path: string; message: string }[]): string[] =>
    issues.map(({ path, message }) => `${path}: ${message}`);
  return outcome.ok
    ? { problems: [], warnings: lines(outcome.warnings) }
    : { problems: lines(outcome.problems), warnings: [] };
}

const layer = (key: string, members = {}): PublishedLayer => PublishedLayer.parse({ key, ...members });
const holdout = (key: string, members = {}): Holdout => Holdout.parse({ key, share: 100, ...members });
const override = (key: string, target: object, members = {}): Override =>
  Override.parse({ key, unit: unit(1), target, ...members });
const served = (key: string) => flag(key, { fallthrough: { experiment: key } });
const inLayer = (key: string, slots: readonly (readonly [number, number])[], members = {}) =>
  experiment(key, key, { layer: { key: "l", slots: slots.map(([from, to]) => ({ from, to })) }, ...members });

test("a plan says format 2, and holds layers, holdouts and overrides even when there are none", () => {
  const outcome = compile(content({}), 1, publishedAt);
  assert.ok(outcome.ok);
  const { format, layers, holdouts, overrides } = outcome.plan;
  assert.deepEqual(
    { format, layers, holdouts, overrides },
    { format: 2, layers: {}, holdouts: {}, overrides: {} },
  );
});

test("live experiments of a layer may not share a slot; drafts and ended ones may", () => {
  const flags = [served("a"), served("b"), served("c")];
  const layers = [layer("l")];
  const a = inLayer("a", [[0, 5_000]]);
  const overlapping = said({
    flags,
    layers,
    experiments: [
      a,
      inLayer(
        "b",
        [
          [6_000, 7_000],
          [4_999, 6_000],
        ],
        { status: "paused" },
      ),
      inLayer("c", [[7_000, 9_000]]),
    ],
  });
  assert.deepEqual(overlapping.problems, [
    "experiments.b.layer.slots[1]: overlaps with experiments.a.layer.slots[0]: one layer's experiments share no unit",
  ]);
  for (const status of ["draft", "completed", "archived"])
    assert.deepEqual(
      said({ flags: flags.slice(0, 2), layers, experiments: [a, inLayer("b", [[0, 10_000]], { status })] })
        .problems,
      [],
    );
});

test("slots must be of a layer that is there, in range, and not overlap among themselves", () => {
  const { problems } = said({
    flags: [served("a")],
    experiments: [
      inLayer("a", [
        [0, 100],
        [50, 60],
      ]),
    ],
  });
  assert.deepEqual(problems, [
    "experiments.a.layer.key: there is no layer l",
    "experiments.a.layer.slots[1]: overlaps with slots[0]",
  ]);
  const wild = {
    ...inLayer("a", [[0, 1]]),
    layer: {
      key: "l",
      slots: [
        { from: -1, to: 5 },
        { from: 9, to: 9 },
        { from: 8, to: 20_000 },
      ],
    },
  };
  assert.equal(
    said({ flags: [served("a")], layers: [layer("l")], experiments: [wild as never] }).problems.length,
    3,
  );
});

test("slots that rest from another experiment are refused until they have rested", () => {
  const resting = (until: number, from = "other") =>
    said({
      flags: [served("a")],
      experiments: [inLayer("a", [[0, 100]])],
      layers: [layer("l", { quarantine: [{ from: 99, to: 200, experiment: from, until }] })],
    }).problems;
  assert.deepEqual(resting(1_001), [
    "experiments.a.layer.slots[0]: slots 99 to 200 of layer l rest from other until 1970-01-01T00:00:01.001Z",
  ]);
  assert.deepEqual(resting(1_000), []);
  assert.deepEqual(resting(9_999, "a"), [], "an experiment may go on in its own slots");
});

test("remembered ranges must cover every bucket once and give each variant its weight", () => {
  const problemsOf = (ranges: readonly (readonly [number, number, number])[]) =>
    said({
      flags: [served("a")],
      experiments: [
        experiment("a", "a", { ranges: ranges.map(([from, to, variant]) => ({ from, to, variant })) }),
      ],
    }).problems;
  assert.deepEqual(
    problemsOf([
      [5_000, 10_000, 1],
      [0, 5_000, 0],
    ]),
    [],
  );
  assert.deepEqual(
    problemsOf([
      [0, 5_000, 0],
      [5_001, 10_000, 1],
    ]),
    [
      "experiments.a.ranges[1]: must begin at 5000 and not be empty",
      "experiments.a.ranges: give variant treatment 4999 buckets, its weight 5000",
    ],
  );
  assert.deepEqual(
    problemsOf([
      [0, 5_000, 0],
      [5_000, 9_000, 2],
    ]),
    [
      "experiments.a.ranges[1].variant: there is no variant at place 2",
      "experiments.a.ranges: must end at 10000, not at 9000",
      "experiments.a.ranges: give variant treatment 0 buckets, its weight 5000",
    ],
  );
});

test("a rollout's steps go up in time; a share that goes down is warned of", () => {
  const ramp = (steps: readonly (readonly [number, number])[], members = {}) =>
    flag("f", {
      fallthrough: {
        rollout: { variation: "on", steps: steps.map(([at, share]) => ({ at, share })), ...members },
      },
    });
  assert.deepEqual(
    said({
      flags: [
        ramp(
          [
            [5, 100],
            [5, 200],
            [4, 300],
          ],
          { variation: "no", otherwise: "nor" },
        ),
      ],
    }).problems,
    [
      "flags.f.fallthrough.rollout.variation: flag f has no variation no",
      "flags.f.fallthrough.rollout.otherwise: flag f has no variation nor",
      "flags.f.fallthrough.rollout.steps[1].at: must be after the step before",
      "flags.f.fallthrough.rollout.steps[2].at: must be after the step before",
    ],
  );
  assert.deepEqual(
    said({
      flags: [
        ramp([
          [5, 5_000],
          [6, 50],
        ]),
      ],
    }).warnings,
    ["flags.f.fallthrough.rollout.steps[1].share: goes down from 50 % to 0.5 %: units that were in leave"],
  );
});

test("a shadow's variations must be there, and differ", () => {
  const shadowed = (variation: string, candidate: string) =>
    flag("f", { fallthrough: { shadow: { variation, candidate } } });
  assert.deepEqual(said({ flags: [shadowed("x", "y")] }).problems, [
    "flags.f.fallthrough.shadow.variation: flag f has no variation x",
    "flags.f.fallthrough.shadow.candidate: flag f has no variation y",
  ]);
  assert.deepEqual(said({ flags: [shadowed("on", "on")] }).warnings, [
    "flags.f.fallthrough.shadow: compares a variation with itself",
  ]);
});

test("every part dealt by a recipe needs its range, and no other has one", () => {
  const hash = { profile: "growthbook", version: 2, seed: "s" };
  const split = (parts: readonly object[], members = {}) =>
    flag("f", { fallthrough: { split: parts, ...members } });
  const [on, off] = [
    { variation: "on", weight: 5_000 },
    { variation: "off", weight: 5_000 },
  ];
  const [low, high] = [
    { from: 0, to: 0.6 },
    { from: 0.5, to: 1 },
  ];
  assert.deepEqual(said({ flags: [split([{ ...on, range: low }, off], { hash })] }).problems, [
    "flags.f.fallthrough.split[1].range: is needed with hash: the place in the recipe's numbers",
  ]);
  assert.deepEqual(said({ flags: [split([{ ...on, range: low }, off])] }).problems, [
    "flags.f.fallthrough.split[0].range: means something only beside flags.f.fallthrough.hash",
  ]);
  assert.deepEqual(
    said({
      flags: [
        split(
          [
            { ...on, range: low },
            { ...off, range: high },
          ],
          { hash },
        ),
      ],
    }).problems,
    ["flags.f.fallthrough.split[1].range: overlaps with flags.f.fallthrough.split[0].range"],
  );
  const twice = [
    { ...on, range: { from: 0, to: 0.1 } },
    { ...on, range: { from: 0.2, to: 0.3 } },
  ];
  assert.deepEqual(
    said({ flags: [split(twice, { hash })] }).problems,
    [],
    "one variation may have two ranges",
  );
});

test("overrides must name what is there; those that do nothing are warned of", () => {
  const members = { flags: [served("f")], experiments: [experiment("f", "f")] };
  const { problems } = said({
    ...members,
    overrides: [
      override("o1", { flag: "gone", variation: "on" }),
      override("o2", { flag: "f", variation: "gone" }),
      override("o3", { experiment: "gone", variant: "control" }),
      override("o4", { experiment: "f", variant: "gone" }),
    ],
  });
  assert.deepEqual(problems, [
    "overrides.o1.target.flag: there is no flag gone",
    "overrides.o2.target.variation: flag f has no variation gone",
    "overrides.o3.target.experiment: there is no experiment gone",
    "overrides.o4.target.variant: experiment f has no variant gone",
  ]);
  const { warnings } = said({
    ...members,
    overrides: [
      override("o2", { flag: "f", variation: "off" }),
      override("o1", { flag: "f", variation: "on" }),
      override("o3", { flag: "f", variation: "on" }, { expiresAt: 1_000 }),
    ],
  });
  assert.deepEqual(warnings, [
    "overrides.o2: override o1 of the same unit goes before it, while it lasts",
    "overrides.o3.expiresAt: has passed",
  ]);
});

test("a holdout that keeps nobody out is warned of", () => {
  const { warnings } = said({
    holdouts: [holdout("old", { endsAt: 1_000 }), holdout("none", { tags: ["x", "y"] })],
  });
  assert.deepEqual(warnings, [
    "holdouts.old.endsAt: has passed",
    "holdouts.none.tags: no experiment has any of them: x, y",
  ]);
});

test("rules below a rollout without otherwise can be reached, below one with it they cannot", () => {
  const rollout = (members = {}) => ({
    rollout: { variation: "on", steps: [{ at: 0, share: 5_000 }], ...members },
  });
  const rules = (first: object) => [
    { id: "first", serve: first },
    { id: "second", serve: { variation: "off" } },
  ];
  assert.deepEqual(said({ flags: [flag("f", { rules: rules(rollout()) })] }).warnings, []);
  assert.deepEqual(said({ flags: [flag("f", { rules: rules(rollout({ otherwise: "off" })) })] }).warnings, [
    "flags.f.rules[1]: unreachable: rule first above takes every unit that fits",
  ]);
});
