import assert from "node:assert/strict";
import { test } from "node:test";
import { Authenticator, tokenHash } from "./auth.ts";
import { DirectoryView } from "./directory.ts";
import type { RequestHead } from "./http.ts";

const text = `weir_s${"k".repeat(32)}`;
const clock = { now: () => 1_000 as never };

const headWith = (name: string, value: string): RequestHead => ({
  method: "POST",
  path: "/evaluate",
  query: "",
  address: "",
  header: (asked) => (asked === name ? value : ""),
});

const document = (version: number, expiresAt?: number): unknown => ({
  version,
  projects: [],
  environments: [],
  tokens:
    expiresAt === undefined
      ? []
      : [
          {
            hash: tokenHash(text),
            prefix: text.slice(0, 12),
            name: "k",
            kind: "server",
            scopes: ["flags:evaluate"],
            createdAt: 0,
            expiresAt,
          },
        ],
});

test("a header that was good is good until the directory or the clock says otherwise", () => {
  const directory = new DirectoryView();
  const auth = new Authenticator(directory, "secret");
  const bearer = headWith("authorization", `Bearer ${text}`);
  const is = (head: RequestHead, now = 1_000): string => {
    const found = auth.identify(head, { now: () => now as never });
    return found.ok ? "known" : "reason" in found.failure ? found.failure.reason : found.failure.code;
  };
  assert.ok(directory.accept(document(1, 2_000)));
  assert.equal(is(bearer), "known");
  assert.equal(is(bearer), "known", "from memory");
  assert.equal(is(bearer, 2_000), "expired");
  assert.ok(directory.accept(document(2)));
  assert.equal(is(bearer), "unknown", "it was revoked");
  assert.ok(directory.accept(document(3, 2_000)));
  assert.equal(is(bearer), "known");
});

test("what is good as an API key is no authorization without its scheme", () => {
  const directory = new DirectoryView();
  const auth = new Authenticator(directory, "secret");
  directory.accept(document(1, 2_000));
  assert.ok(auth.identify(headWith("x-api-key", text), clock).ok);
  assert.ok(!auth.identify(headWith("authorization", text), clock).ok);
  assert.ok(auth.identify(headWith("authorization", `bearer  ${text}`), clock).ok);
  assert.ok(!auth.identify(headWith("x-api-key", `bearer  ${text}`), clock).ok);
});
