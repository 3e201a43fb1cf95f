import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";

// docs/runtime.md says what code and tests say.

const documentation = readFileSync("docs/runtime.md", "utf8");

test("the actor in the documentation is the one that is tested", () => {
  const source = readFileSync("runtime/examples/order.ts", "utf8");
  const shown = /```ts\n(export const order[^]*?)```/.exec(documentation)?.[1];
  assert.equal(shown, source.slice(source.indexOf("export const order")));
  assert.ok((shown ?? "").split("\n").length <= 31);
});

test("every line of the failure table has a test of its name", () => {
  const sources = globSync("runtime/**/*.{test,suite}.ts").map((file) => readFileSync(file, "utf8"));
  const names = new Set(
    sources.flatMap((source) => [...source.matchAll(/\btest\(\s*"([^"]+)"/g)].map(([, name]) => name)),
  );
  const table = documentation.split(/^## /m).find((section) => section.startsWith("What happens when")) ?? "";
  const rows = table
    .split("\n")
    .filter((line) => line.startsWith("| ") && !/^\| (what fails|---)/.test(line));
  assert.ok(rows.length > 30);
  const untested = rows.filter((row) => !names.has(/`([^`]+)` \|$/.exec(row)?.[1]));
  assert.deepEqual(untested, []);
});

test("every invariant stands in the file that the documentation names, in the same words", () => {
  const plain = (text: string): string => text.replaceAll(/\n(\/\/)?\s*/g, " ").replaceAll(/\s+/g, " ");
  let checked = 0;
  const sections = documentation.split("## Invariants")[1]?.split("## What happens when")[0] ?? "";
  for (const section of sections.split("\n**").slice(1)) {
    const files = [...(section.split("\n")[0] ?? "").matchAll(/`([^`]+\.ts)`/g)].map(([, file = ""]) => file);
    const text = plain(files.map((file) => readFileSync(`runtime/${file}`, "utf8")).join("\n"));
    for (const [, invariant = ""] of section.matchAll(/^- ([A-Z]\d\. [^]*?)(?=\n- |\n\n|$)/gm)) {
      checked++;
      assert.ok(text.includes(plain(invariant)), `${files.join(", ")}: ${invariant}`);
    }
  }
  assert.ok(checked >= 20);
});
