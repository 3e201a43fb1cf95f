import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AssignmentStore, UnitPlace } from "./store.ts";

const place = (unit: string, ttlMs = 60_000): UnitPlace => ({
  environment: "dotted.env" as never,
  unitId: unit.padEnd(22, "A") as never,
  ttlMs,
});
const first = { experiment: "exp", phase: 1 };

/** What every assignment store must do. */
export function storeSuite(name: string, open: () => Promise<AssignmentStore>): void {
  describe(`${name} as an assignment store`, () => {
    test("keeps the first variant of a unit, whoever comes later", async () => {
      const store = await open();
      assert.deepEqual(await store.get(place("a"), [first]), {});
      assert.equal(await store.keep(place("a"), first, "control"), "control");
      assert.equal(await store.keep(place("a"), first, "treatment"), "control");
      assert.deepEqual(await store.get(place("a"), [first]), { exp: { phase: 1, variant: "control" } });
      assert.deepEqual(await store.get(place("b"), [first]), {}, "another unit has its own");
    });

    test("a new phase begins with nothing kept", async () => {
      const store = await open();
      await store.keep(place("c"), first, "control");
      const second = { experiment: "exp", phase: 2 };
      assert.deepEqual(await store.get(place("c"), [second]), {});
      assert.equal(await store.keep(place("c"), second, "treatment"), "treatment");
    });

    test("twenty rivals of one unit agree on one variant, and lose no other experiment's", async () => {
      const store = await open();
      const rivals = Array.from({ length: 20 }, (_, index) =>
        store.keep(place("d"), first, index % 2 === 0 ? "control" : "treatment").catch(() => "gave up"),
      );
      const other = store.keep(place("d"), { experiment: "other", phase: 1 }, "x").catch(() => "gave up");
      const said = (await Promise.all(rivals)).filter((variant) => variant !== "gave up");
      assert.equal(new Set(said).size, 1);
      const otherSaid = await other;
      const kept = await store.get(place("d"), [first, { experiment: "other", phase: 1 }]);
      assert.equal(kept["exp"]?.variant, said[0]);
      if (otherSaid !== "gave up") assert.equal(kept["other"]?.variant, "x");
    });

    test("what was kept goes after its time", async () => {
      const store = await open();
      await store.keep(place("e", 30), first, "control");
      await new Promise((resolve) => setTimeout(resolve, 60));
      assert.deepEqual(await store.get(place("e", 30), [first]), {});
      assert.equal(await store.keep(place("e", 30), first, "treatment"), "treatment");
    });
  });
}
