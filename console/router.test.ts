import assert from "node:assert/strict";
import { test } from "node:test";
import { hrefOf, routeOf, type Route } from "./router.ts";

const cases: [string, Route][] = [
  ["/", { page: "flags" }],
  ["/flags", { page: "flags" }],
  ["/flags/", { page: "flags" }],
  ["/flags/new-checkout", { page: "flag", key: "new-checkout" }],
  ["/flags/a%2Eb", { page: "flag", key: "a.b" }],
  ["/experiments", { page: "experiments" }],
  ["/experiments/checkout", { page: "experiment", key: "checkout" }],
  ["/flags/a/b", { page: "not-found", path: "/flags/a/b" }],
  ["/nowhere", { page: "not-found", path: "/nowhere" }],
];

test("each address has one page", () => {
  for (const [path, route] of cases) assert.deepEqual(routeOf(path), route);
});

test("a broken escape is a key, not an exception", () => {
  assert.deepEqual(routeOf("/flags/%E0%A4%A"), { page: "flag", key: "%E0%A4%A" });
});

test("an address leaves out what is empty", () => {
  assert.equal(hrefOf("/flags", { env: "production", q: "" }), "/flags?env=production");
  assert.equal(hrefOf("/flags", { env: undefined }), "/flags");
  assert.equal(hrefOf("/flags", { q: "a b" }), "/flags?q=a+b");
});
