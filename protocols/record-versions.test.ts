import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeBatch, encodeBatch, type LogRecord } from "./log-record.ts";
import { newestForm, NewerRecord, type Upcast } from "./record-versions.ts";

// Steps as a later program might have them: version 2 renamed a member, version 3 split one.

const steps: readonly Upcast[] = [
  ({ user, ...others }) => ({ ...others, unit: user }),
  ({ amount, ...others }) => {
    const [value, currency] = String(amount as string).split(" ");
    return { ...others, value: Number(value), ...(currency === undefined ? {} : { currency }) };
  },
];

test("older records are brought to the newest form step by step, the newest are not touched", () => {
  const newest = { v: 3, id: "c", unit: "u", value: 7 };
  const records = [
    { id: "a", user: "u", amount: "5 EUR" },
    { v: 2, id: "b", unit: "u", amount: "6" },
    newest,
  ];
  const read = newestForm<object>(records, steps);
  assert.deepEqual(read, [
    { v: 3, id: "a", unit: "u", value: 5, currency: "EUR" },
    { v: 3, id: "b", unit: "u", value: 6 },
    newest,
  ]);
  assert.equal(read[2], newest);
});

test("a version that is not known yet stops the reader by name, as does one that is none", () => {
  for (const v of [4, 0, 1.5])
    assert.throws(
      () =>
        newestForm<object>(
          [
            { id: "a", user: "u", amount: "5" },
            { v, id: "d" },
          ],
          steps,
        ),
      (error) => error instanceof NewerRecord && error.code === "newer_version",
      String(v),
    );
});

test("a batch of the log is read whole or not at all", () => {
  const record = { type: "bot", id: "b", at: 1, unit: "AAAAAAAAAAAAAAAAAAAAAA" } as LogRecord;
  assert.deepEqual(decodeBatch(encodeBatch([record])), [record]);
  const newer = Buffer.from(`${JSON.stringify(record)}\n${JSON.stringify({ ...record, v: 2 })}`);
  assert.throws(() => decodeBatch(newer), NewerRecord);
});
