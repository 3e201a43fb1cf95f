import assert from "node:assert/strict";
import { test } from "node:test";
import { WorkQueue } from "./work-queue.ts";
import type { Urgency } from "./work-queue.ts";

interface Item {
  readonly urgency: Urgency;
  readonly owner: string;
  readonly name: string;
}
const any = (_: Urgency): boolean => true;
const item = (name: string, owner: string, urgency: Urgency = "request"): Item => ({ name, owner, urgency });
const namesOf = (queue: WorkQueue<Item>, mayGo = any): string[] => {
  const names: string[] = [];
  for (let next = queue.take(mayGo); next !== undefined; next = queue.take(mayGo)) names.push(next.name);
  return names;
};
const filled = (...items: readonly Item[]): WorkQueue<Item> => {
  const queue = new WorkQueue<Item>();
  for (const each of items) queue.push(each);
  return queue;
};

test("live analyses go before row work, and guardrails before the rest of it", () => {
  const queue = filled(
    item("asked for", "a"),
    item("secondary", "a", "secondary"),
    item("guardrail", "b", "guardrail"),
    item("live", "c", "live"),
    item("primary", "a", "primary"),
  );
  assert.deepEqual(namesOf(queue), ["live", "guardrail", "primary", "secondary", "asked for"]);
});

test("experiments take turns, however much one of them asks for", () => {
  const many = Array.from({ length: 4 }, (_, index) => item(`a${index}`, "a"));
  assert.deepEqual(namesOf(filled(...many, item("b0", "b"), item("b1", "b"))), [
    "a0",
    "b0",
    "a1",
    "b1",
    "a2",
    "a3",
  ]);
});

test("what may not go yet waits, and what is removed does not come", () => {
  const [gone, stays] = [item("gone", "a"), item("stays", "a")];
  const queue = filled(gone, stays, item("live", "b", "live"));
  assert.deepEqual(
    namesOf(queue, (urgency) => urgency === "live"),
    ["live"],
  );
  assert.deepEqual([queue.remove(gone), queue.remove(gone), queue.length], [true, false, 1]);
  assert.deepEqual(namesOf(queue), ["stays"]);
});
