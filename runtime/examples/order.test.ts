import assert from "node:assert/strict";
import { test } from "node:test";
import { fail, succeed } from "../../protocols/errors.ts";
import { Entity } from "../entity/entity.ts";
import type { AnyBehaviour } from "../entity/envelope.ts";
import { memoryTools, ownershipOf } from "../testing/actor-tools.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { order } from "./order.ts";

const lifeOf = (key: string, clock: ManualClock) => {
  const published: string[] = [];
  const writer = {
    append: async (subject: string, data: Uint8Array) => {
      published.push(`${subject} ${new TextDecoder().decode(data)}`);
      return { kind: "stored", sequence: 1 } as const;
    },
  };
  const tools = memoryTools({ clock, writer });
  const entity = new Entity(order as AnyBehaviour, { kind: "order", key }, tools, ownershipOf(1));
  let asked = 0;
  const ask = (message: unknown) => entity.ask({ id: String(++asked), by: "test", message });
  return { ask, published };
};

test("the order of docs/runtime.md is paid, or expires after an hour", async () => {
  const clock = new ManualClock();
  const [paid, late] = [lifeOf("a", clock), lifeOf("b", clock)];
  for (const { ask } of [paid, late])
    assert.deepEqual(await ask({ type: "place", item: "tea" }), succeed("open"));
  assert.deepEqual(await paid.ask({ type: "pay" }), succeed("paid"));
  await clock.pass(3_600_000);
  assert.deepEqual(paid.published, ['orders.paid {"key":"a"}']);
  assert.deepEqual(await late.ask({ type: "pay" }), fail({ code: "wrong_state", state: "expired" }));
  assert.deepEqual(await paid.ask({ type: "pay" }), fail({ code: "wrong_state", state: "paid" }));
});
