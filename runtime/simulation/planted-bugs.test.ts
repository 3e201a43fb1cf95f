import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { findBug, root } from "./plant.ts";
import { plantedBugs } from "./planted-bugs.ts";

/** What takes more seeds than this is left to `npm run simulate -- --planted`. */
const seedsMax = 600;

describe("planted bugs", { concurrency: 2 }, () => {
  for (const bug of plantedBugs.filter(({ rare }) => rare !== true)) {
    test(`a simulation notices: ${bug.name}`, async () => {
      const { seeds } = await findBug(bug, seedsMax);
      assert.ok(seeds !== undefined, `${seedsMax} seeds notice nothing`);
    });
  }

  test("each has its place in the source, once", () => {
    for (const { name, edits } of plantedBugs) {
      for (const { file, find } of edits) {
        const places = readFileSync(new URL(file, root), "utf8").split(find).length - 1;
        assert.equal(places, 1, `${name}: ${file}`);
      }
    }
  });
});
