import assert from "node:assert/strict";
import { test } from "node:test";
import { environmentWith, isSuitable } from "./node.mjs";

test("Node 22 counts from 22.18 on; other lines do not count", () => {
  const versions = ["v22.18.0", "22.23.3", "v22.17.9", "v20.20.2", "v24.1.0", "v222.18.0", ""];
  assert.deepEqual(versions.filter(isSuitable), ["v22.18.0", "22.23.3"]);
});

test("children find our Node before any other", () => {
  const env = environmentWith("/weir/.tools/node/bin/node", { WEIR_NATS_SERVER: "/n" });
  assert.ok(env.PATH.startsWith("/weir/.tools/node/bin:"));
  assert.equal(env.WEIR_NATS_SERVER, "/n");
});
