import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../../protocols/testing/properties.ts";
import { assertClose, expectKind } from "../testing/golden.ts";
import { fiellerLift } from "./fieller.ts";
import { logLift } from "./log-lift.ts";
import { relativeLift } from "./relative.ts";

const positive = fc.double({ min: 0.1, max: 100, noNaN: true });

test("Fieller's ends are the lifts that lie exactly critical standard errors away", () => {
  fc.assert(
    fc.property(positive, positive, positive, positive, fc.boolean(), (a, b, va, vb, negative) => {
      const sign = negative ? -1 : 1;
      const control = { value: sign * a, variance: va * 1e-3 };
      const variant = { value: sign * b, variance: vb * 1e-3 };
      const lift = fiellerLift(control, variant, 1.96);
      if (lift.kind !== "interval") return;
      for (const end of lift.interval) {
        // Of |control|: variant = control + end |control|.
        const ratio = 1 + sign * end;
        const distance = variant.value - ratio * control.value;
        const error = Math.sqrt(variant.variance + ratio ** 2 * control.variance);
        assertClose(Math.abs(distance), 1.96 * error, 1e-6, "distance");
      }
      assert.ok(lift.interval[0] <= lift.interval[1]);
    }),
  );
});

test("a baseline that may be 0 bounds no lift, and says which lifts it rejects", () => {
  const far = fiellerLift({ value: 0.1, variance: 0.01 }, { value: 5, variance: 0.01 }, 1.96);
  const { rejected } = expectKind(far, "unbounded");
  assert.ok(rejected !== undefined && rejected[0] < 0 && rejected[1] > 0);
  const near = fiellerLift({ value: 0.1, variance: 0.01 }, { value: 0.1, variance: 0.01 }, 1.96);
  assert.equal(expectKind(near, "unbounded").rejected, undefined);
  assert.deepEqual(fiellerLift({ value: 0, variance: 1 }, { value: 1, variance: 1 }, 1.96), {
    kind: "zero_baseline",
  });
});

test("with a precise baseline Fieller, the delta method and logarithms agree", () => {
  const control = { value: 10, variance: 1e-8 };
  const variant = { value: 10.01, variance: 1e-8 };
  const delta = relativeLift(control, variant, 1.96);
  const fieller = expectKind(fiellerLift(control, variant, 1.96), "interval");
  const log = expectKind(logLift(control, variant, 1.96), "interval");
  for (const end of [0, 1] as const) {
    assertClose(fieller.interval[end], delta?.interval[end] ?? 0, 1e-4, "Fieller");
    assertClose(log.interval[end], delta?.interval[end] ?? 0, 1e-3, "log");
  }
});

test("a negative baseline turns the ratio, not the sign of the change", () => {
  const worse = fiellerLift({ value: -2, variance: 1e-4 }, { value: -3, variance: 1e-4 }, 1.96);
  assert.ok(expectKind(worse, "interval").interval[1] < 0);
});

test("logarithms need positive means", () => {
  const at = (value: number) => ({ value, variance: 1 });
  assert.deepEqual(logLift(at(-1), at(2), 1.96), { kind: "not_positive" });
  assert.deepEqual(logLift(at(1), at(0), 1.96), { kind: "not_positive" });
});
