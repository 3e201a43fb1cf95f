import type { Condition } from "../../../protocols/condition.ts";
import type { EventSource } from "../../../protocols/event-source.ts";
import type { Metric, RatioTerm } from "../../../protocols/metric.ts";

/** What a metric measures, in one sentence. */
export function measureText({ definition, unit }: Metric): string {
  const of = unit === "session" || unit === "event" ? ` Taken by ${unit}, clustered by unit.` : "";
  return `${capital(definitionText(definition))}.${of}`;
}

function definitionText(definition: Metric["definition"]): string {
  switch (definition.type) {
    case "binary":
      return `share of units that had ${sourceText(definition)}`;
    case "count":
      return `number of events ${sourceText(definition)} a unit`;
    case "sum":
      return `sum of ${valueText(definition)} of ${sourceText(definition)} a unit, 0 without any`;
    case "mean":
      return `average of ${valueText(definition)} of ${sourceText(definition)} a unit; units without any are left out`;
    case "ratio":
      return `${termText(definition.numerator)} over all units, divided by ${termText(definition.denominator)}`;
    case "retention":
      return `share of units that had ${sourceText(definition)} between day ${definition.fromDay} and day ${definition.toDay} after their first exposure`;
    case "funnel":
      return `share of units that had ${definition.steps.map(sourceText).join(", then ")}, each later than the one before`;
    case "time_to":
      return `hours from the first exposure to the first ${sourceText(definition)}; units without any are left out`;
    case "percentile":
      return `${definition.percentile}th percentile of ${valueText(definition)} of ${sourceText(definition)}`;
  }
}

const sourceText = ({ event, filter }: EventSource): string =>
  filter === undefined ? `"${event}"` : `"${event}" where ${conditionText(filter)}`;

function conditionText(condition: Condition): string {
  if ("all" in condition) return partsText(condition.all, " and ", "everything");
  if ("any" in condition) return partsText(condition.any, " or ", "nothing");
  if ("not" in condition) return `not (${conditionText(condition.not)})`;
  const { attribute, op, value, negate } = condition;
  const asked = `${attribute ?? "the unit"} ${op.replaceAll("_", " ")} ${JSON.stringify(value ?? null)}`;
  return negate === true ? `not (${asked})` : asked;
}

function partsText(parts: readonly Condition[], word: string, none: string): string {
  if (parts.length === 0) return none;
  const texts = parts.map(conditionText);
  return texts.length === 1 ? texts.join() : `(${texts.join(word)})`;
}

const valueText = ({ value }: EventSource): string => (value === undefined ? "the values" : `"${value}"`);

const termText = (term: RatioTerm): string =>
  term.aggregate === "sum"
    ? `the sum of ${valueText(term)} of ${sourceText(term)}`
    : `the number of ${sourceText(term)}`;

export function windowText({ window }: Metric): string {
  switch (window?.type) {
    case undefined:
    case "lifetime":
      return "from the first exposure on, without an end";
    case "conversion":
      return `within ${window.hours} hours from the first exposure on`;
    case "day":
      return "on the day of the first exposure (UTC), from it on";
    case "session":
      return "in the session of the first exposure, from it on";
  }
}

export function capText({ cap }: Metric): string | undefined {
  if (cap === undefined) return undefined;
  return "value" in cap
    ? `larger values count as ${cap.value}`
    : `larger values count as the ${cap.percentile}th percentile of all variants together`;
}

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);
