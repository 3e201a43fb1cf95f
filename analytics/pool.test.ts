import assert from "node:assert/strict";
import { test } from "node:test";
import type { AnalyseRequest } from "../protocols/analytics-messages.ts";
import { openPool } from "./pool.ts";
import type { RowTask } from "./rows/tasks.ts";
import { analyse } from "./statistics/scorecard/scorecard.ts";
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

const rowsOfTen = (values = Float64Array.from({ length: 10 }, (_, index) => index)) => ({
  starts: [0, values.length],
  values,
  covariates: [],
});

test("row work that is given up leaves the line; what runs already ends", async () => {
  const pool = openPool({ threads: 1, queueLengthMax: 4 });
  try {
    const stop = new AbortController();
    const turn = { urgency: "request", owner: "shop/exp" } as const;
    const task: Extract<RowTask, { name: "pooledCap" }> = {
      name: "pooledCap",
      arguments: [rowsOfTen(), 0.5],
    };
    const running = pool.work(task, turn);
    const waiting = pool.work(task, { ...turn, signal: stop.signal });
    stop.abort();
    assert.deepEqual(await waiting, { ok: false, failure: { code: "cancelled" } });
    assert.deepEqual(await running, { ok: true, value: 4.5 });
    assert.equal(pool.figures.cancelled, 1);
  } finally {
    await pool.close();
  }
});

test("what is live does not wait for row work, even where there is one thread for it", async () => {
  const pool = openPool({ threads: 1, queueLengthMax: 4 });
  try {
    await pool.analyse(exampleRequest());
    const values = Float64Array.from({ length: 300_000 }, (_, index) => (index * 7919) % 100_003);
    const ended: string[] = [];
    const works = Array.from({ length: 6 }, async () => {
      await pool.work(
        { name: "ranks", arguments: [rowsOfTen(values), rowsOfTen(values), 0.05] },
        { urgency: "request", owner: "shop/exp" },
      );
      ended.push("rows");
    });
    await pool.analyse(exampleRequest());
    ended.push("live");
    await Promise.all(works);
    assert.ok(ended.indexOf("live") <= 1, ended.join());
  } finally {
    await pool.close();
  }
});

test("a thread that dies is replaced, and its work has a reason", async () => {
  const worker = new URL("./rows/testing/dying-worker.ts", import.meta.url);
  const pool = openPool({ threads: 1, queueLengthMax: 4, worker });
  try {
    const turn = { urgency: "request", owner: "shop/exp" } as const;
    const died = await pool.work({ name: "inOrder", arguments: [rowsOfTen()] }, turn);
    assert.equal(died.ok ? "done" : died.failure.code, "failed");
    const next = await pool.work({ name: "pooledCap", arguments: [rowsOfTen(), 0.5] }, turn);
    assert.deepEqual(next, { ok: true, value: "pooledCap" });
  } finally {
    await pool.close();
  }
});
