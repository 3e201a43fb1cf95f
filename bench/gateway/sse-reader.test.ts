import assert from "node:assert/strict";
import { test } from "node:test";
import { SseReader } from "./sse-reader.ts";

const stream = [
  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
  "f\r\nretry: 1234\n\n\r\n",
  `1f4\r\nid: 7\nevent: put\ndata: {"id: 9":"${"x".repeat(500)}"}\n\n\r\n`,
  "20\r\nevent: heartbeat\ndata: {}\n\n\r\n",
  "24\r\nid: 12\nevent: message\ndata: {}\n\nid: 13\ndata: {}\n\n\r\n",
].join("");

test("each event is told once it has ended, with its id, wherever the bytes are cut", () => {
  for (const size of [1, 2, 3, 7, 64, 97, 1_000]) {
    const ids: (number | undefined)[] = [];
    const reader = new SseReader((id) => ids.push(id));
    for (let from = 0; from < stream.length; from += size)
      reader.read(Buffer.from(stream.slice(from, from + size)));
    assert.deepEqual(ids, [undefined, 7, undefined, 12, 13], `cut every ${size} bytes`);
  }
});

test("an event that has not ended is not told", () => {
  const ids: (number | undefined)[] = [];
  new SseReader((id) => ids.push(id)).read(Buffer.from("id: 7\ndata: {}\n"));
  assert.deepEqual(ids, []);
});
