import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { EpochMs } from "../../../protocols/time.ts";
import { publish, tell } from "../../actor.ts";
import type { CommittedStep } from "../../entity/commit.ts";
import type { StreamMessage } from "../../ports/connection.ts";
import type { SentCommand } from "../load.ts";
import { publishedSubject, receiptAt } from "../names.ts";
import { auditCommands } from "./commands.ts";
import { auditEffects } from "./effects.ts";
import { auditEvents } from "./events.ts";
import { readHistories } from "./histories.ts";
import { outagesOf } from "./outages.ts";
import { Violations } from "./violation.ts";

// A check that cannot fail proves nothing: each is shown what it must find.

const atMs = 1_000_000 as EpochMs;
const encode = (content: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(content));

async function* stream(...contents: readonly (readonly [subject: string, content: unknown])[]) {
  for (const [index, [subject, content]] of contents.entries()) {
    const message: StreamMessage = { sequence: index + 1, subject, time: atMs, data: encode(content) };
    yield message;
  }
}

const added = (id: string, amount: number, count: number, total: number): CommittedStep => ({
  id,
  by: "c0-x",
  at: atMs,
  events: [{ amount }],
  reply: { ok: true, value: { count, total } },
});
const mark = { by: "host-a", at: atMs, id: "", events: [], reply: { ok: true, value: null } };
const log = "log.counter.c0";
const opened = [log, { ...mark, cid: "m", prev: "", epoch: 1 }] as const;
const committed = (cid: string, prev: string, epoch: number, step: CommittedStep) =>
  [log, { cid, prev, epoch, ...step }] as const;
const first = committed("1", "m", 1, added("x-1", 5, 1, 5));

const sent = (id: string, amount: number, answer?: { count: number; total: number }): SentCommand => ({
  id,
  counter: "c0",
  amount,
  extra: "none",
  ...(answer === undefined ? {} : { answer: { ...answer, atMs } }),
});

/** The rules that a journal breaks, with what users heard. */
async function rulesOf(
  journal: readonly (readonly [string, unknown])[],
  commands: readonly SentCommand[],
): Promise<string[]> {
  const violations = new Violations();
  const histories = await readHistories(stream(...journal), violations.found);
  auditCommands(histories, commands, violations.found);
  return violations.texts.map(({ rule }) => rule);
}

describe("the audit of journals and commands", () => {
  test("finds nothing where all is well", async () => {
    const second = committed("2", "1", 1, added("x-2", 7, 2, 12));
    const commands = [sent("x-1", 5, { count: 1, total: 5 }), sent("x-2", 7, { count: 2, total: 12 })];
    assert.deepEqual(await rulesOf([opened, first, second], commands), []);
  });

  test("finds an acknowledged command that is not written", async () => {
    const commands = [sent("x-1", 5, { count: 1, total: 5 }), sent("x-2", 7, { count: 2, total: 12 })];
    assert.deepEqual(await rulesOf([opened, first], commands), ["lost"]);
  });

  test("finds a command that is written twice", async () => {
    const again = committed("2", "1", 1, added("x-1", 5, 2, 10));
    const commands = [sent("x-1", 5, { count: 2, total: 10 })];
    assert.deepEqual(await rulesOf([opened, first, again], commands), ["doubled"]);
  });

  test("finds an owner who writes after his successor, and a broken chain", async () => {
    const next = [log, { ...mark, by: "host-b", cid: "n", prev: "1", epoch: 2 }] as const;
    const stale = committed("2", "1", 1, added("x-2", 7, 2, 12));
    const commands = [sent("x-1", 5, { count: 1, total: 5 }), sent("x-2", 7, { count: 2, total: 12 })];
    assert.deepEqual(await rulesOf([opened, first, next, stale], commands), ["interleaved", "interleaved"]);
  });

  test("finds an epoch without its owner's mark", async () => {
    const bold = committed("2", "1", 2, added("x-2", 7, 2, 12));
    const commands = [sent("x-1", 5, { count: 1, total: 5 }), sent("x-2", 7, { count: 2, total: 12 })];
    assert.deepEqual(await rulesOf([opened, first, bold], commands), ["interleaved"]);
  });

  test("finds an answer that the journal's order does not give", async () => {
    assert.deepEqual(await rulesOf([opened, first], [sent("x-1", 5, { count: 2, total: 9 })]), [
      "wrong_reply",
    ]);
  });

  test("finds what nobody sent, and what nobody was answered", async () => {
    const rules = await rulesOf([opened, first], [sent("x-9", 1)]);
    assert.deepEqual(rules, ["wrong_state", "unanswered"]);
  });
});

describe("the audit of effects and timers", () => {
  const asked: CommittedStep = {
    ...added("x-1", 5, 1, 5),
    effects: [
      tell(receiptAt("c0"), { counter: "c0", count: 1 }),
      publish(publishedSubject("c0"), { counter: "c0", count: 1 }),
    ],
    timers: [{ set: "ring-1", at: atMs, message: {} }],
  };
  const heard = (cid: string, prev: string, number: number) =>
    ["log.receipt.c0", { ...added(`counter/c0/${number}`, 0, 1, 0), cid, prev, epoch: 1 }] as const;
  const receiptOpened = ["log.receipt.c0", { ...mark, cid: "r", prev: "", epoch: 1 }] as const;
  const rang = (cid: string, prev: string) =>
    committed(cid, prev, 1, {
      ...added(`timer/ring-1/1`, 0, 0, 0),
      events: [{ rang: "ring-1" }],
      fired: { name: "ring-1", number: 1 },
    });
  const published = `${publishedSubject("c0")} ${JSON.stringify({ counter: "c0", count: 1 })}`;
  const rules = async (journal: readonly (readonly [string, unknown])[], copies: number) => {
    const violations = new Violations();
    const histories = await readHistories(stream(...journal), violations.found);
    auditEffects(histories, new Map([[published, copies]]), violations.found);
    return violations.texts.map(({ rule }) => rule);
  };
  const step = committed("1", "m", 1, asked);

  test("finds nothing where each was received once", async () => {
    const journal = [opened, step, rang("2", "1"), receiptOpened, heard("h", "r", 1)];
    assert.deepEqual(await rules(journal, 1), []);
  });

  test("finds what was never received, and a timer that never rang", async () => {
    assert.deepEqual(await rules([opened, step], 0), ["lost", "lost", "lost"]);
  });

  test("finds what was received twice, and a timer that rang twice", async () => {
    const journal = [opened, step, rang("2", "1"), rang("3", "2"), receiptOpened];
    const twice = [...journal, heard("h", "r", 1), heard("i", "h", 1)];
    assert.deepEqual(await rules(twice, 2), ["doubled", "doubled", "doubled"]);
  });
});

test("the audit of events finds a lost one, a doubled one and one that was never acknowledged", async () => {
  const violations = new Violations();
  const subject = "events.load.0";
  const messages = stream([subject, { id: "e0-1" }], [subject, { id: "e0-1" }]);
  const events = [
    { id: "e0-1", subject, sequence: 2 },
    { id: "e0-2", subject, sequence: 3 },
    { id: "e0-3", subject },
  ];
  await auditEvents(messages, events, violations.found);
  assert.deepEqual(
    violations.texts.map(({ rule }) => rule),
    ["doubled", "lost", "unanswered"],
  );
});

test("an outage is counted for the counters of the host that failed, until their next answer", () => {
  const history = {
    actor: "counter.c0",
    steps: [],
    openings: [{ host: "host-b", atMs: 10 }],
    commits: 1,
    lastCid: "m",
    epoch: 1,
  };
  const command = (answeredMs: number): SentCommand => ({
    ...sent("x", 1),
    answer: { count: 1, total: 1, atMs: answeredMs },
  });
  const fault = (target: number) => ({ kind: "kill_host", target, startedMs: 100, endedMs: 150 }) as const;
  const histories = new Map([["counter.c0", history]]);
  const commands = [command(90), command(420)];
  const [outage] = outagesOf([fault(1)], commands, histories);
  assert.deepEqual(outage, { kind: "kill_host", faults: 1, p50: 320, p99: 320, max: 320, samples: 1 });
  assert.equal(outagesOf([fault(0)], commands, histories)[0]?.samples, 0, "another host's counters");
});
