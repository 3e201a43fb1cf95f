import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import type { DepthAnswer, HoldoutEffect, Interactions, Triggered } from "../../protocols/depth.ts";
import { routes } from "../../protocols/routes.ts";
import { askDepth } from "./ask.ts";
import { depthText } from "./text.ts";

const asOf = Date.UTC(2026, 10, 22, 2, 0);
const head = {
  environment: "production",
  metric: "revenue",
  alpha: 0.05,
  asOf,
  rows: 40_000,
  method: "A method.",
  assumptions: ["Units are independent."],
  took: { readMs: 1, computeMs: 1 },
};
const estimate = (difference: number, pValue: number) =>
  ({
    kind: "estimated",
    difference,
    standardError: 0.1,
    interval: [difference - 0.2, difference + 0.2],
    pValue,
  }) as const;
const silence = (code: string, reason: string) => ({ kind: "no_answer", code, reason }) as const;
const group = { n: 10_000, value: 4.25 };

const interactions: Interactions = {
  ...head,
  kind: "interactions",
  experiment: "checkout",
  phase: 1,
  pairs: [
    {
      experiment: "banner",
      phase: 2,
      units: 40_000,
      cells: [
        {
          variant: "short",
          otherVariant: "red",
          groups: { cc: group, ct: group, tc: group, tt: group },
          estimate: { ...estimate(-1.5, 3e-9), adjustedPValue: 3e-9 },
          independence: 1e-5,
        },
      ],
    },
    {
      experiment: "price",
      phase: 1,
      units: 0,
      cells: [],
      reason: silence("exclusive_layer", "both are in the layer main, which keeps their units apart"),
    },
  ],
  leftOut: 3,
  comparisons: 1,
};
const triggered: Triggered = {
  ...head,
  kind: "triggered",
  experiment: "checkout",
  phase: 1,
  exposed: 20_000,
  dealt: 20_000,
  comparisons: [
    {
      variant: "short",
      groups: { control: { triggered: group, others: group }, variant: { triggered: group, others: group } },
      triggered: estimate(2, 1e-5),
      others: estimate(0.01, 0.9),
      rate: estimate(0.001, 0.7),
      diluted: { ...estimate(1, 1e-5), share: 0.5 },
      all: silence("too_few_units", "there are too few"),
      doubts: ["a doubt"],
    },
  ],
};
const holdout: HoldoutEffect = {
  ...head,
  kind: "holdout",
  holdout: "everything",
  flags: ["banner", "checkout"],
  heldOut: { n: 2_000, value: 4 },
  notHeldOut: { n: 38_000, value: 4.5 },
  estimate: estimate(0.5, 0.0001),
  relative: { difference: 0.125, interval: [0.075, 0.175] },
  crossovers: 0,
  sampleRatio: { expected: 0.05, found: 0.0502, pValue: 0.81 },
  doubts: [],
};

const asked: URL[] = [];
let answers: unknown[] = [];
const server = createServer((request, response) => {
  asked.push(new URL(request.url ?? "", "http://127.0.0.1"));
  const answer = answers.shift() ?? holdout;
  response.writeHead((answer as { kind: string }).kind === "working" ? 202 : 200).end(JSON.stringify(answer));
});
let target = { url: "", token: "t" };
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  target = { url: `http://127.0.0.1:${port}`, token: "t" };
});
after(() => void server.close());

test("an answer under way is asked for again, and how far it is goes to whoever waits", async () => {
  answers = [{ kind: "working", progress: { stage: "computing", done: 2, of: 5 } }, holdout];
  const said: string[] = [];
  const options = { env: "production", metric: "revenue" };
  const following = { progress: (line: string) => said.push(line) };
  const answer = await askDepth<DepthAnswer>(target, routes.holdoutEffect, "everything", options, following);
  assert.deepEqual([answer, said], [holdout, ["computing: 2 of 5"]]);
  assert.equal(asked[0]?.pathname, "/v1/holdouts/everything/effect");
  assert.equal(asked[0]?.search, "?env=production&metric=revenue");
});

const texts = (answer: DepthAnswer): string => depthText(answer).replaceAll("\u00a0", " ");
const foot = `
A method. Intervals hold 95 %; 40,000 values, read 2026-11-22 02:00 UTC.
- Units are independent.`;

test("interactions are a table, with the reason where there is none", () => {
  assert.equal(
    texts(interactions),
    `Interactions of checkout with other experiments, by revenue

with               units  treatments   change of effect  interval        p        adjusted p
────────────────  ──────  ───────────  ────────────────  ──────────────  ───────  ──────────  ──────────────────────────────────
banner (phase 2)  40,000  short × red  −1.50             −1.70 to −1.30  3.00e-9  3.00e-9     ! assignments depend on each other

Adjusted over 1 pair of treatments.
price: no answer, since both are in the layer main, which keeps their units apart.
3 more share fewer units and were not looked at.
${foot}`,
  );
});

test("the triggered effect stands beside those who did not meet the change, and what it is to all", () => {
  assert.equal(
    texts(triggered),
    `checkout: short among units that met the change, by revenue

                                        control           variant           difference  interval        p
──────────────────────────────────────  ────────────────  ────────────────  ──────────  ──────────────  ───────
met the change                          4.250 (n 10,000)  4.250 (n 10,000)  +2.00       +1.80 to +2.20  1.00e-5
did not                                 4.250 (n 10,000)  4.250 (n 10,000)  +0.01       −0.19 to +0.21  0.9000
share that met it                                                           0.00        −0.20 to +0.20  0.7000
diluted to all, of whom 50.00 % met it                                      +1.00       +0.80 to +1.20  1.00e-5
all, without this                                                           no answer
all, without this: no answer, since there are too few.
! a doubt
${foot}`,
  );
});

test("a holdout's effect is a few lines", () => {
  assert.equal(
    texts(holdout),
    `What all launches did together to revenue, by the holdout everything

held out      4.000 (n 2,000)
not held out  4.500 (n 38,000)
difference    +0.50, +0.30 to +0.70, p 0.0001
lift          +12.5 %, +7.5 % to +17.5 %
share         5 % are to be held out, 5.020 % are (p 0.8100)
flags         banner, checkout
${foot}`,
  );
});
