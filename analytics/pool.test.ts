import assert from "node:assert/strict";
import { test } from "node:test";
import type { AnalyseRequest } from "../protocols/analytics-messages.ts";
import { openPool } from "./pool.ts";
import { analyse } from "./statistics/analyse.ts";
import { exampleRequest } from "./statistics/testing/example.ts";

test("a pool answers what the pure function does", async () => {
  const pool = openPool({ threads: 1, queueLengthMax: 4 });
  try {
    const request = exampleRequest();
    assert.deepEqual(await pool.analyse(request), { ok: true, value: analyse(request) });
  } finally {
    await pool.close();
  }
});

test("more work than threads and queue hold is refused, and the rest is done", async () => {
  const pool = openPool({ threads: 1, queueLengthMax: 2 });
  try {
    const answers = await Promise.all(Array.from({ length: 5 }, () => pool.analyse(exampleRequest())));
    assert.deepEqual(
      answers.map((answer) => (answer.ok ? "done" : answer.failure.code)),
      ["done", "done", "done", "overloaded", "overloaded"],
    );
    assert.equal((await pool.analyse(exampleRequest())).ok, true);
  } finally {
    await pool.close();
  }
});

test("two pools of one process do not share a queue", async () => {
  const [one, two] = [
    openPool({ threads: 1, queueLengthMax: 8 }),
    openPool({ threads: 1, queueLengthMax: 8 }),
  ];
  try {
    const answers = await Promise.all(
      [...Array(8).keys()].map((n) => (n % 2 ? one : two).analyse(exampleRequest())),
    );
    assert.ok(answers.every(({ ok }) => ok));
  } finally {
    await Promise.all([one.close(), two.close()]);
  }
});

test("a defect in the worker rejects its own request and leaves the pool working", async () => {
  const pool = openPool({ threads: 1, queueLengthMax: 4 });
  try {
    await assert.rejects(pool.analyse({} as AnalyseRequest));
    assert.equal((await pool.analyse(exampleRequest())).ok, true);
  } finally {
    await pool.close();
  }
});

test("closing twice is closing once; what was accepted is finished, what comes later is refused", async () => {
  const pool = openPool({ threads: 1, queueLengthMax: 4 });
  const accepted = pool.analyse(exampleRequest());
  const closing = pool.close();
  assert.equal(pool.close(), closing);
  const late = await pool.analyse(exampleRequest());
  assert.deepEqual(late.ok ? "done" : late.failure.code, "unavailable");
  await closing;
  assert.equal((await accepted).ok, true);
});
