import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../../runtime/index.ts";
import { assertClose } from "../testing/golden.ts";
import { normalUpperQuantile } from "../special/special.ts";
import { boundaries } from "./boundaries.ts";
import type { GroupSequentialDesign } from "./design.ts";

const design = (increments: "independent" | "any"): GroupSequentialDesign => ({
  shape: { kind: "spending", spending: { kind: "pocock" } },
  times: [0.2, 0.4, 0.6, 0.8, 1],
  alpha: 0.05,
  sides: 2,
  increments,
});

function zOf(increments: "independent" | "any"): readonly number[] {
  const made = boundaries(design(increments));
  assert.ok(made.kind === "boundaries");
  return made.z;
}

test("each look bounded by itself spends what is its own, and is never below the bound that knows the dependence", () => {
  const [any, independent] = [zOf("any"), zOf("independent")];
  const spent = (time: number): number => 0.025 * Math.log1p((Math.E - 1) * time);
  for (const [index, z] of any.entries()) {
    const own = spent(design("any").times[index] ?? 1) - spent(design("any").times[index - 1] ?? 0);
    assertClose(z, normalUpperQuantile(own), 1e-9, `look ${index + 1}`);
    assert.ok(z >= (independent[index] ?? 0) - 1e-9);
  }
  assertClose(any[0], independent[0] ?? 0, 1e-9, "the first look has no other to depend on");
});

test("an exact family, or futility, has no such bound", () => {
  const exact = boundaries({ ...design("any"), shape: { kind: "pocock" } });
  assert.equal(exact.kind, "increments_need_spending");
});

test("where values keep growing, the textbook's bounds err too often and these do not", () => {
  const bounds = { independent: zOf("independent"), any: zOf("any") };
  const replicates = 3_000;
  const perLook = 200;
  const random = seededRandom(20_261_121);
  const rejected = { independent: 0, any: 0 };
  for (let replicate = 0; replicate < replicates; replicate++) {
    // A tenth of the units convert, each after a delay of up to five looks: most of what is seen at a look is new.
    const converted = [new Uint32Array(5), new Uint32Array(5)];
    for (const arm of converted)
      for (let look = 0; look < 5; look++)
        for (let unit = 0; unit < perLook; unit++)
          if (random.fraction() < 0.1) {
            const seen = look + Math.floor(random.fraction() * 5);
            if (seen < 5) arm[seen] = (arm[seen] ?? 0) + 1;
          }
    const isOut = { independent: false, any: false };
    const totals = [0, 0];
    for (let look = 0; look < 5; look++) {
      const units = perLook * (look + 1);
      const shares = converted.map((arm, index) => {
        totals[index] = (totals[index] ?? 0) + (arm[look] ?? 0);
        return (totals[index] ?? 0) / units;
      });
      const [a = 0, b = 0] = shares;
      const error = Math.sqrt((a * (1 - a) + b * (1 - b)) / units);
      for (const kind of ["independent", "any"] as const)
        if (error > 0 && Math.abs(b - a) / error >= (bounds[kind][look] ?? 0)) isOut[kind] = true;
    }
    if (isOut.independent) rejected.independent++;
    if (isOut.any) rejected.any++;
  }
  const noise = 3 * Math.sqrt((0.05 * 0.95) / replicates);
  assert.ok(rejected.any / replicates <= 0.05 + noise, `${rejected.any / replicates}`);
  assert.ok(rejected.independent / replicates > 0.05 + noise / 3, `${rejected.independent / replicates}`);
});
