import assert from "node:assert/strict";
import { test } from "node:test";
import { RequestSource } from "./request-source.ts";
import { evaluatePost, serialMark, wireText } from "./requests.ts";

test("requests come in turn, and each mark becomes a number that no request had before", () => {
  const marked = wireText(evaluatePost("bench", "checkout", `user-${serialMark}`));
  const source = new RequestSource([marked, "plain"]);
  const sent = Array.from({ length: 4 }, () => source.next().toString());
  assert.deepEqual(sent, [
    marked.replace(serialMark, "00000000"),
    "plain",
    marked.replace(serialMark, "00000002"),
    "plain",
  ]);
});

test("the length that a request names is its body's, with or without a number", () => {
  for (const user of ["é", serialMark]) {
    const bytes = new RequestSource([wireText(evaluatePost("bench", "checkout", user))]).next();
    const text = bytes.toString();
    const body = text.slice(text.indexOf("\r\n\r\n") + 4);
    assert.equal(Number(/content-length: (\d+)/i.exec(text)?.[1]), Buffer.byteLength(body));
  }
});
