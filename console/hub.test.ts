import assert from "node:assert/strict";
import { test } from "node:test";
import { Hub, type Source, type TopicEvent } from "./hub.ts";

class FakeSource implements Source {
  readyState = 0;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  readonly listeners = new Map<string, (event: { data: string }) => void>();
  addEventListener(name: string, listener: (event: { data: string }) => void): void {
    this.listeners.set(name, listener);
  }
  close(): void {
    this.readyState = 2;
  }
}

function world() {
  const sources: FakeSource[] = [];
  const waiting: { delayMs: number; act: () => void }[] = [];
  const clock = {
    now: () => 5,
    after: (delayMs: number, act: () => void) => void waiting.push({ delayMs, act }),
    every: () => () => undefined,
  };
  const hub = new Hub(() => {
    const source = new FakeSource();
    sources.push(source);
    return source;
  }, clock);
  return { hub, sources, waiting };
}

test("two tabs share one source, and a late one hears the last result at once", () => {
  const { hub, sources } = world();
  hub.subscribe("a/1", "/t", () => undefined);
  sources[0]?.listeners.get("result")?.({ data: "{}" });
  const heard: TopicEvent[] = [];
  hub.subscribe("b/1", "/t", (event) => heard.push(event));
  assert.equal(sources.length, 1);
  assert.deepEqual(
    heard.map(({ kind }) => kind),
    ["status", "message"],
  );
});

test("the source closes with its last subscriber", () => {
  const { hub, sources } = world();
  hub.subscribe("a/1", "/t", () => undefined);
  hub.subscribe("b/1", "/t", () => undefined);
  hub.unsubscribe("a/1", "/t");
  assert.equal(sources[0]?.readyState, 0);
  hub.unsubscribe("b/1", "/t");
  assert.equal(sources[0]?.readyState, 2);
  assert.deepEqual(hub.topics, []);
});

test("a dead tab loses all its subscriptions, another with a similar name none", () => {
  const { hub } = world();
  hub.subscribe("a/1", "/t", () => undefined);
  hub.subscribe("a/2", "/u", () => undefined);
  hub.subscribe("ab/1", "/v", () => undefined);
  hub.drop("a");
  assert.deepEqual(hub.topics, ["/v"]);
});

test("a refused stream is dialled again with growing pauses, until nobody listens", () => {
  const { hub, sources, waiting } = world();
  hub.subscribe("a/1", "/t", () => undefined);
  for (const round of [0, 1, 2]) {
    const source = sources[round];
    assert.ok(source);
    source.readyState = 2;
    source.onerror?.();
    if (round < 2) waiting[round]?.act();
  }
  assert.deepEqual(
    waiting.map(({ delayMs }) => delayMs),
    [1_000, 2_000, 4_000],
  );
  hub.unsubscribe("a/1", "/t");
  waiting[2]?.act();
  assert.equal(sources.length, 3);
});
