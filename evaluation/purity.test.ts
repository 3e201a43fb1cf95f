import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

/** Every file of ours that a module loads, types aside, and every package. */
function loadedBy(entry: URL, seen = new Set<string>()): Set<string> {
  if (seen.has(entry.href)) return seen;
  seen.add(entry.href);
  const text = readFileSync(entry, "utf8");
  for (const [, specifier = ""] of text.matchAll(/^(?:import|export) (?!type )[^;]*?from "([^"]+)"/gm)) {
    if (specifier.startsWith(".")) loadedBy(new URL(specifier, entry), seen);
    else seen.add(specifier);
  }
  return seen;
}

test("deciding loads three packages, none of Node's modules and no schema library", () => {
  const loaded = [
    ...loadedBy(new URL("evaluate.ts", import.meta.url)),
    ...loadedBy(new URL("program.ts", import.meta.url)),
    ...loadedBy(new URL("unit.ts", import.meta.url)),
  ];
  const packages = loaded.filter((each) => !each.startsWith("file:"));
  assert.deepEqual([...new Set(packages)].toSorted(), [
    "ipaddr.js",
    "re2js",
    "semver/classes/range.js",
    "semver/classes/semver.js",
  ]);
  for (const each of loaded.filter((file) => file.startsWith("file:")))
    assert.doesNotMatch(
      readFileSync(new URL(each), "utf8"),
      /Date\.now|Math\.random|\bawait\b|console\.|process\./,
      each,
    );
});
