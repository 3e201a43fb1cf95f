import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../protocols/testing/properties.ts";
import { HashTable } from "./hash-table.ts";
import { IdWindow } from "./id-window.ts";
import { Members } from "./members.ts";

const seed = 20_261_121;

test("a unit's rows are those that were added and not removed, through images and more experiments than a word has bits", () => {
  const step = fc.record({ unit: fc.nat(5), slot: fc.nat(80), row: fc.nat(1_000), image: fc.nat(20) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300, size: "max" }), (steps) => {
      let members = new Members();
      const expected = Array.from({ length: 6 }, () => new Map<number, number>());
      for (let unit = 0; unit < 6; unit++) members.cover(unit);
      for (const { unit, slot, row, image } of steps) {
        members.coverSlot(slot);
        const own = expected[unit] as Map<number, number>;
        if (own.has(slot)) {
          members.remove(unit, slot);
          own.delete(slot);
        } else {
          members.add(unit, slot, row);
          own.set(slot, row);
        }
        if (image === 0) members = Members.of(members.image(6));
        for (const [each, rows] of expected.entries())
          assert.deepEqual(
            members.of(each),
            [...rows].sort(([a], [b]) => a - b).map(([of, at]) => ({ slot: of, row: at })),
          );
      }
    }),
    { numRuns: 60, seed },
  );
});

test("rows of a table are numbered as their keys came, whatever the keys", () => {
  const word = fc.oneof(fc.nat(3), fc.integer({ min: 0, max: 2 ** 32 - 1 }));
  fc.assert(
    fc.property(fc.array(fc.tuple(word, word), { maxLength: 2_000, size: "max" }), (keys) => {
      let table = new HashTable();
      const expected = new Map<string, number>();
      for (const [index, [high, low]] of keys.entries()) {
        const key = `${high}/${low}`;
        assert.equal(table.find(high, low), expected.get(key) ?? -1);
        if (!expected.has(key)) expected.set(key, expected.size);
        assert.equal(table.insert(high, low), expected.get(key));
        if (index % 400 === 399) table = HashTable.of(table.image());
      }
    }),
    { numRuns: 30, seed },
  );
});

test("an id is known from its first time on, also those of two zeros", () => {
  const word = fc.oneof(fc.nat(3), fc.integer({ min: 0, max: 2 ** 32 - 1 }));
  fc.assert(
    fc.property(fc.array(fc.tuple(word, word), { maxLength: 3_000, size: "max" }), (ids) => {
      let window = new IdWindow();
      const seen = new Set<string>();
      for (const [index, [high, low]] of ids.entries()) {
        const key = high === 0 && low === 0 ? "0/1" : `${high}/${low}`;
        assert.equal(window.add(high, low), !seen.has(key));
        seen.add(key);
        if (index % 700 === 699) window = IdWindow.of(window.image());
      }
    }),
    { numRuns: 20, seed },
  );
});
