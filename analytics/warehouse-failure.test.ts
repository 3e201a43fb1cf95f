import assert from "node:assert/strict";
import { test } from "node:test";
import { failureText, refusalOf } from "./warehouse-failure.ts";

// The texts are the engine's own, met on a full disk, on a read-only one, and over spoiled files.

test("a full disk is named, and told what to do about it", () => {
  for (const failure of [
    refusalOf(243, "NOT_ENOUGH_SPACE", "Cannot reserve 1.00 MiB, not enough space"),
    refusalOf(
      75,
      "CANNOT_WRITE_TO_FILE_DESCRIPTOR",
      "Cannot write, errno: 28, strerror: No space left on device",
    ),
    refusalOf(1001, "STD_EXCEPTION", "filesystem error: in create_directories: No space left on device [x]"),
  ]) {
    assert.ok(failure.code === "warehouse_cannot_write" && failure.because === "disk_full");
    assert.match(failureText(failure), /^its disk is full; once there is space/);
  }
});

test("a read-only disk is named", () => {
  for (const failure of [
    refusalOf(1001, "STD_EXCEPTION", "filesystem error: in create_directories: Read-only file system [x]"),
    refusalOf(76, "CANNOT_OPEN_FILE", "Cannot open file x, errno: 30, strerror: Read-only file system"),
  ]) {
    assert.ok(failure.code === "warehouse_cannot_write" && failure.because === "read_only");
    assert.match(failureText(failure), /^its disk is read-only; once it is writable/);
  }
});

test("bytes that are not what was written are known by the engine's numbers", () => {
  for (const number of [33, 39, 40, 246, 271, 432])
    assert.equal(refusalOf(number, "ANY", "While reading").code, "warehouse_unreadable");
});

test("anything else is a refusal with ClickHouse's number and name", () => {
  const failure = refusalOf(60, "UNKNOWN_TABLE", "No such table");
  assert.deepEqual(failure, {
    code: "warehouse_refused",
    number: 60,
    type: "UNKNOWN_TABLE",
    reason: "No such table",
  });
  assert.equal(failureText(failure), "UNKNOWN_TABLE: No such table");
});
