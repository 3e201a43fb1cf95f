import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDelivery } from "./delivery.ts";

test("a delivery says its place, of older and newer servers alike", () => {
  const place = { sequence: 17, deliverySequence: 3, time: 1_771_622_898_123, pending: 42 };
  assert.deepEqual(parseDelivery("$JS.ACK.EVENTS.c1.1.17.3.1771622898123456789.42"), place);
  assert.deepEqual(parseDelivery("$JS.ACK.hub.ACCHASH.EVENTS.c1.1.17.3.1771622898123456789.42"), place);
  assert.deepEqual(parseDelivery("$JS.ACK.hub.ACCHASH.EVENTS.c1.1.17.3.1771622898123456789.42.rnd"), place);
});

test("anything else is no delivery", () => {
  for (const reply of [
    undefined,
    "",
    "_INBOX.x.1",
    "$JS.ACK.EVENTS.c1.1.17",
    "$JS.ACK.EVENTS.c1.1.x.3.1771622898123456789.42",
    "$JS.ACK.EVENTS.c1.1.17.3.1771622898123456789.",
  ])
    assert.equal(parseDelivery(reply), undefined, reply);
});
