import assert from "node:assert/strict";
import { test } from "node:test";
import type { AnalyseRequest } from "../../protocols/analytics-messages.ts";
import type { Messaging } from "../../runtime/index.ts";
import { Analyses } from "./analyses.ts";

function opened() {
  let asked = 0;
  const messaging = { request: () => Promise.resolve({ ok: true, value: { number: ++asked } }) };
  const analyses = new Analyses(messaging as unknown as Messaging);
  const of = async (members: Partial<AnalyseRequest>, version?: string): Promise<unknown> => {
    const answer = await analyses.of(members as AnalyseRequest, version);
    assert.ok(answer.ok);
    return (answer.value as unknown as { number: number }).number;
  };
  return of;
}

test("the same sums after the same looks are computed once", async () => {
  const of = opened();
  assert.equal(await of({ at: 0 }, "7/totals"), 1);
  assert.equal(await of({ at: 9_000 }, "7/totals"), 1);
  assert.equal(await of({ at: 9_000 }, "7/details"), 2);
  assert.equal(await of({ at: 9_000 }, "7/totals"), 1);
});

test("other sums, another look, some seconds, or sums without a version are computed anew", async () => {
  const of = opened();
  const monitor = { phase: 1 } as unknown as NonNullable<AnalyseRequest["monitor"]>;
  assert.equal(await of({ at: 0 }, "7/totals"), 1);
  assert.equal(await of({ at: 0 }, "8/totals"), 2);
  assert.equal(await of({ at: 0, monitor }, "8/totals"), 3);
  assert.equal(await of({ at: 10_000, monitor }, "8/totals"), 4);
  assert.equal(await of({ at: 10_000 }), 5);
});
