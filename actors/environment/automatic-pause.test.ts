import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Breach } from "../../protocols/automatic-pause.ts";
import type { AutomaticPauseReceipt, PublishedVersion } from "../../protocols/environment-messages.ts";
import {
  ask,
  day,
  drafted,
  experiment,
  failureOf,
  left,
  move,
  planOf,
  start,
  valueOf,
  type Asked,
} from "./testing/environment.ts";

const guardrail = (metric: string): Breach => ({
  kind: "guardrail",
  variant: "treatment",
  metric: metric as never,
  estimate: 0.12,
  bound: 0.06,
  limit: 0.02,
});
const ratio: Breach = { kind: "sample_ratio", pValue: 0.0001, limit: 0.001 };
const breached = (members: Readonly<Record<string, unknown>> = {}) => ({
  type: "automatic_pause",
  experiment: "checkout",
  phase: 1,
  planVersion: 1,
  units: 4_000,
  breaches: [guardrail("errors")],
  ...members,
});
const running = () => left([...drafted, move("start")]);
const byWeir = { at: start + day, by: "weir" };
const paused = () => ask(running(), [breached()], byWeir);
const receiptOf = (asked: Asked) => valueOf<AutomaticPauseReceipt>(asked);
const statusOf = ({ state }: Pick<Asked, "state">) => state.published.lifecycles["checkout"]?.status;
const pausesOf = ({ state }: Pick<Asked, "state">) =>
  state.published.lifecycles["checkout"]?.automaticPauses ?? [];

describe("an automatic pause", () => {
  test("stops assigning by a new version, as a person's pause does, and goes on counting", () => {
    const outcome = paused();
    const byPerson = ask(running(), [move("pause")]);
    const [shown] = Object.values(planOf(outcome).experiments);
    assert.equal(shown?.status, "paused");
    assert.equal(planOf(outcome).version, planOf(byPerson).version);
    assert.deepEqual(
      outcome.distributed?.definitions.map(({ experiment: each }) => [each.key, each.status]),
      [["checkout", "paused"]],
    );
    assert.deepEqual(shown.automaticPauses, pausesOf(outcome));
  });

  test("is written with its figures, by weir, with who would notice", () => {
    const outcome = paused();
    const receipt = receiptOf(outcome);
    assert.ok(receipt.paused);
    assert.deepEqual(receipt.changed, { experiments: ["checkout"] });
    assert.equal(receipt.blastRadius?.flags[0]?.flag, "checkout");
    assert.deepEqual(pausesOf(outcome), [
      {
        at: start + day,
        phase: 1,
        planVersion: 1,
        units: 4_000,
        breaches: [guardrail("errors")],
        affected: receipt.blastRadius.share,
      },
    ]);
    const versions = valueOf<{ items: PublishedVersion[] }>(ask(outcome.state, [{ type: "list_versions" }]));
    const [newest] = versions.items;
    assert.equal(newest?.by, "weir");
    assert.match(
      newest.note ?? "",
      /^automatic pause checkout: treatment changes errors by about \+12.*\+6.*\+2/,
    );
  });

  test("of a look at another phase or under another plan is refused", () => {
    for (const members of [{ phase: 2 }, { planVersion: 2 }]) {
      const outcome = ask(running(), [breached(members)], byWeir);
      assert.deepEqual(failureOf(outcome), { code: "version_conflict", expected: 2, actual: 1 });
      assert.deepEqual(outcome.events, []);
    }
  });

  test("needs a running experiment: a person's pause or stop stays a person's", () => {
    for (const action of ["pause", "stop"]) {
      const state = left([move(action)], running());
      assert.equal(failureOf(ask(state, [breached()], byWeir)).code, "illegal_transition");
    }
    const nobody = ask(running(), [breached({ experiment: "nobody" })], byWeir);
    assert.equal(failureOf(nobody).code, "experiment_not_found");
  });

  test("asked for again changes nothing, while it stands and after a resume", () => {
    const { state } = paused();
    const resumed = left([move("resume")], state);
    for (const from of [state, resumed]) {
      const again = ask(from, [breached()], byWeir);
      assert.deepEqual([receiptOf(again), again.events], [{ paused: false }, []]);
    }
  });

  test("is acknowledged by whoever resumes, and stays in the experiment's history", () => {
    const resumed = ask(paused().state, [move("resume")], { at: start + 2 * day, by: "ana" });
    assert.equal(statusOf(resumed), "running");
    assert.deepEqual(pausesOf(resumed)[0]?.resumed, { at: start + 2 * day, by: "ana" });
    const ended = ask(resumed.state, [move("pause"), move("resume"), move("stop")], { by: "ben" });
    assert.equal(pausesOf(ended)[0]?.resumed?.by, "ana");
  });

  test("comes again for another metric, and for a sample ratio, with the new reason only", () => {
    const resumed = left([move("resume")], paused().state);
    const other = ask(resumed, [breached({ breaches: [guardrail("errors"), guardrail("latency")] })], byWeir);
    assert.deepEqual(pausesOf(other)[1]?.breaches, [guardrail("latency")]);
    const once = left([move("resume")], other.state);
    const third = ask(once, [breached({ breaches: [guardrail("errors"), ratio] })], byWeir);
    assert.deepEqual([statusOf(third), pausesOf(third)[2]?.breaches], ["paused", [ratio]]);
  });

  test("comes again in a new phase, for what paused the one before", () => {
    const fresh = left([{ type: "new_phase", experiment: "checkout" }, move("resume")], paused().state);
    const again = ask(fresh, [breached({ phase: 2, planVersion: 2 })], byWeir);
    assert.deepEqual(
      pausesOf(again).map(({ phase, resumed }) => [phase, resumed?.by]),
      [
        [1, "weir_s123"],
        [2, undefined],
      ],
    );
  });

  test("is not undone by a rollback", () => {
    const back = ask(paused().state, [{ type: "rollback", version: 1 }]);
    assert.deepEqual([statusOf(back), pausesOf(back).length], ["paused", 1]);
  });

  test("keeps the newest twenty", () => {
    let state = running();
    for (let index = 0; index < 22; index++)
      state = left([breached({ breaches: [guardrail(`errors_${index}`)] }), move("resume")], state);
    assert.deepEqual(
      [pausesOf({ state }).length, pausesOf({ state })[0]?.breaches],
      [20, [guardrail("errors_2")]],
    );
  });

  test("leaves the draft alone", () => {
    const edited = left([experiment({ name: "Next" })], running());
    const outcome = ask(edited, [breached()], byWeir);
    assert.equal(Object.values(planOf(outcome).experiments)[0]?.name, undefined);
  });
});
