import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Admission, type Hold } from "./admission.ts";

const taken = (admission: Admission, environment: string, bytes: number): Hold => {
  const admitted = admission.admit(environment, bytes);
  assert.ok(admitted.ok, `${environment} wants ${bytes}`);
  return admitted.value;
};
const refusal = (admission: Admission, environment: string, bytes: number): string => {
  const admitted = admission.admit(environment, bytes);
  return admitted.ok ? "" : admitted.failure.code;
};

describe("admission", () => {
  test("alone, an environment may have all of it, and not more", () => {
    const admission = new Admission(100);
    taken(admission, "a", 60);
    taken(admission, "a", 40);
    assert.equal(refusal(admission, "a", 1), "overloaded");
    assert.equal(admission.heldBytes, 100);
  });

  test("above a half, an environment with its share waits for the others", () => {
    const admission = new Admission(100);
    const first = taken(admission, "a", 45);
    taken(admission, "b", 5);
    assert.equal(refusal(admission, "a", 6), "over_share");
    taken(admission, "b", 40);
    assert.equal(refusal(admission, "c", 11), "overloaded");
    first.release();
    taken(admission, "c", 11);
  });

  test("above three quarters only guarded events are wanted", () => {
    const admission = new Admission(100);
    assert.equal(taken(admission, "a", 75).guardedOnly, false);
    assert.equal(taken(admission, "a", 1).guardedOnly, true);
  });

  test("what is released twice is given back once, and a hold that shrinks makes room", () => {
    const admission = new Admission(100);
    const hold = taken(admission, "a", 90);
    hold.resize(10);
    assert.equal(admission.heldBytes, 10);
    hold.release();
    hold.release();
    assert.equal(admission.heldBytes, 0);
  });
});
