import assert from "node:assert/strict";
import { test } from "node:test";
import { sourceReader } from "../../../actors/experiment/source-reader.ts";
import type { Condition } from "../../../protocols/condition.ts";
import type { MetricRecord } from "../../../protocols/log-record.ts";
import { fc } from "../../../protocols/testing/properties.ts";
import { metadataText } from "../../sink/metadata-text.ts";
import { trickyFilters, trickyValues } from "../../testing/tricky.ts";
import { warehouseHere } from "../../testing/warehouse-here.ts";
import { Binder } from "../binder.ts";
import { filterSql } from "../filter.ts";

// Versions, instants and addresses, and texts that are almost one. WEIR_NEAR_ROUNDS runs more of it.

const rounds = Number(process.env["WEIR_NEAR_ROUNDS"] ?? 8);
/** As many as an address of a request holds. */
const textsOfRound = 60;

const known = trickyValues.filter((value) => typeof value === "string" && value.length < 70) as string[];
const digits = fc.nat(70).map(String);
const hex = fc.oneof(fc.nat(0xffff), fc.nat(3)).map((each) => each.toString(16));
const octets = fc.tuple(...Array.from({ length: 4 }, () => fc.nat(270))).map((all) => all.join("."));
const whole = fc.oneof(
  fc.constantFrom(...known),
  fc.tuple(digits, digits, digits).map((all) => all.join(".")),
  fc
    .tuple(
      fc.constantFrom("1.2.3-", "1.0.0-", "0.0.0-"),
      fc.array(fc.oneof(digits, fc.constantFrom("rc", "a", "-", "A1", "00")), { minLength: 1, maxLength: 3 }),
    )
    .map(([core, parts]) => core + parts.join(".")),
  fc
    .tuple(
      fc.date({
        min: new Date("0000-01-01T00:00:00Z"),
        max: new Date("9999-12-31T23:59:59Z"),
        noInvalidDate: true,
      }),
      fc.stringMatching(/^(?:\.\d{1,12})?(?:Z|[+-]\d[0-4]:[0-5]\d)$/),
    )
    .map(([date, rest]) => date.toISOString().slice(0, 19) + rest),
  octets,
  fc
    .tuple(
      fc.array(hex, { maxLength: 8 }),
      fc.array(hex, { maxLength: 7 }),
      fc.constantFrom("::", "::", ":"),
      fc.option(octets, { freq: 3 }),
    )
    .map(
      ([front, back, gap, tail]) =>
        front.join(":") + gap + [...back, ...(tail === null ? [] : [tail])].join(":"),
    ),
);
/** One character more, less or other. */
const near = fc
  .tuple(
    whole,
    fc.nat(80),
    fc.constantFrom(0, 0, 1),
    fc.constantFrom("", "", ..."0 1 9 a f x : . - + Z T % é".split(" ")),
  )
  .map(([text, place, gone, other]) => {
    const at = place % (text.length + 1);
    return text.slice(0, at) + other + text.slice(at + gone);
  });
const texts = fc.array(fc.oneof(whole, near), { minLength: textsOfRound, maxLength: textsOfRound });
const conditions = Object.entries(trickyFilters)
  .filter(([op]) => op.startsWith("semver_") || ["before", "after", "in_cidr"].includes(op))
  .flatMap(([op, constants]) => constants.map((value) => ({ attribute: "p", op, value }) as Condition));

const temporary = await warehouseHere();

for (const [name, ops] of Object.entries({
  versions: /^semver_/,
  instants: /^before|^after/,
  addresses: /^in_cidr/,
}))
  test(`${name}, and what is almost one, are to ClickHouse what they are to the fold`, async () => {
    const some = conditions.filter((each) => "op" in each && ops.test(each.op));
    let [held, not] = [0, 0];
    for (const sample of fc.sample(texts, rounds)) {
      const binder = new Binder();
      const list = binder.bind(
        sample.map((each) => metadataText({ p: each })),
        "Array(String)",
      );
      const columns = some.map(
        (condition, index) => `groupArray(${filterSql(condition, "metadata", binder)}) AS c${index}`,
      );
      const answer = await temporary.warehouse.query<Readonly<Record<string, readonly number[]>>>(
        `SELECT ${columns.join(", ")} FROM (SELECT arrayJoin(${list}) AS metadata)`,
        binder.parameters,
      );
      assert.ok(answer.ok, JSON.stringify(answer));
      for (const [index, filter] of some.entries()) {
        const read = sourceReader({ event: "buy", filter });
        const found: readonly number[] = answer.value[0]?.[`c${index}`] ?? [];
        for (const [place, p] of sample.entries()) {
          const ours: boolean =
            read({ name: "buy", value: 1, metadata: { p } } as unknown as MetricRecord) === 1;
          assert.equal(Boolean(found[place]), ours, `${JSON.stringify(filter)} on ${JSON.stringify(p)}`);
          if (ours) held++;
          else not++;
        }
      }
    }
    assert.ok(held > 20 && not > 20, `${held} held, ${not} did not`);
  });
