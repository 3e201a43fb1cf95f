import { assert } from "../../../protocols/assert.ts";
import { instantOf } from "../../../protocols/constants/instant.ts";
import type { Binder } from "../binder.ts";
import type { PropertySql } from "../property.ts";
import type { Test } from "./test.ts";

// Instants: epoch milliseconds, or RFC 3339 date-times. ClickHouse's own parsers take more than evaluation/ does and have not
// all years, so the parts are taken out and counted up.

const lengthMax = 64;
const dateTime =
  "^([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])" +
  "(?:\\.([0-9]+))?(?:[Zz]|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))$";

export function instantTest(
  op: "before" | "after",
  constant: string | number,
  { isNumber, isText, number, text }: PropertySql,
  binder: Binder,
): Test {
  const bound = instantOf(constant);
  assert(bound !== undefined, `${constant} was checked when it was taken in`);
  const instant = `if(${isNumber}, ${number}, toFloat64(${momentOf("g")}))`;
  return {
    // No text is no date-time, and none has no parts.
    names: [
      ["t", `if(${isText}, ${text}, '')`],
      ["g", `extractGroups(t, ${binder.bind(dateTime, "String")})`],
    ],
    isFit: `(${isNumber} OR length(t) <= ${lengthMax} AND notEmpty(g) AND ${isDay("g")})`,
    holds: `${instant} ${op === "before" ? "<" : ">"} ${binder.bind(bound, "Float64")}`,
  };
}

const whole = (parts: string, index: number): string => `toInt64OrZero(${parts}[${index}])`;

function isDay(parts: string): string {
  const [year, month, day] = [whole(parts, 1), whole(parts, 2), whole(parts, 3)];
  const leap = `toUInt8(${year} % 4 = 0 AND (${year} % 100 != 0 OR ${year} % 400 = 0))`;
  const last = `[31, 28 + ${leap}, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][least(greatest(${month}, 1), 12)]`;
  return `${month} >= 1 AND ${month} <= 12 AND ${day} >= 1 AND ${day} <= ${last}`;
}

function momentOf(parts: string): string {
  const [hour, minute, second] = [whole(parts, 4), whole(parts, 5), whole(parts, 6)];
  const offset = `if(${parts}[8] = '-', -1, 1) * (${whole(parts, 9)} * 60 + ${whole(parts, 10)})`;
  const minutes = `(${daysOf(parts)} * 24 + ${hour}) * 60 + ${minute} - ${offset}`;
  return `((${minutes}) * 60 + ${second}) * 1000 + ${millisecondsOf(`${parts}[7]`)}`;
}

/** Since 1970. Years are counted from March, so that a leap day is their last; 400 of them have 146 097 days. */
function daysOf(parts: string): string {
  const [month, day] = [whole(parts, 2), whole(parts, 3)];
  // January of the year 0 is of the one before: 400 more keep it positive.
  const year = `(${whole(parts, 1)} + 400 - toInt64(${month} <= 2))`;
  const ofYear = `intDiv(153 * (${month} + if(${month} > 2, -3, 9)) + 2, 5) + ${day} - 1`;
  return `(${year} * 365 + intDiv(${year}, 4) - intDiv(${year}, 100) + intDiv(${year}, 400) + ${ofYear} - ${719_468 + 146_097})`;
}

/**
 * As Date.parse reads a fraction: its first nine digits that count, as so many digits as it has, but at most nine. With more
 * than nine and zeros in front that is another number than is written, in the fold as here.
 */
function millisecondsOf(fraction: string): string {
  const digits = `toInt64OrZero(substring(trim(LEADING '0' FROM ${fraction}), 1, 9))`;
  const powers = Array.from({ length: 10 }, (_, power) => 10 ** power).join(", ");
  return `intDiv(${digits} * 1000, [${powers}][least(length(${fraction}), 9) + 1])`;
}
