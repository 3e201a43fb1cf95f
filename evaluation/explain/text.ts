import type { ConditionTrace, Trace, TraceStep } from "../../protocols/trace.ts";
import { conditionLines, indented } from "./condition-text.ts";
import { serveLines } from "./serve-text.ts";

/** A trace as a person would read it: one line a step, what belongs to it below it. */
export const traceText = ({ flag, steps }: Trace): string =>
  [`flag ${flag}`, ...steps.flatMap((step) => indented(stepLines(step)))].join("\n");

function stepLines(step: TraceStep): string[] {
  switch (step.step) {
    case "unknown_flag":
      return [`there is no flag ${step.flag}`];
    case "override":
      return [
        `override ${step.override} of this ${step.by}: ${step.applied ? `serves ${step.variation}` : "has expired"}`,
      ];
    case "state":
      return step.state === "on" ? [] : [`the flag is ${step.state.replace("_", " ")}: off variation`];
    case "prerequisite": {
      const served = step.served === undefined ? "nothing" : step.served;
      const wanted = step.wanted.join(" or ");
      const line = `prerequisite ${step.flag}: wants ${wanted}, got ${served}: ${step.holds ? "holds" : "fails"}`;
      return [line, ...step.steps.flatMap((inner) => indented(stepLines(inner)))];
    }
    case "prerequisites_unmet":
      return ["prerequisites are missing, circular or too many: they fail"];
    case "rule":
      return [
        `rule ${step.rule}: ${outcomeText(step.outcome)}`,
        ...indented(conditionLines(step.condition)),
        ...(step.serve === undefined ? [] : indented(serveLines(step.serve))),
      ];
    case "fallthrough":
      return step.serve === undefined
        ? ["fallthrough: not understood"]
        : ["fallthrough", ...indented(serveLines(step.serve))];
    case "off_variation":
      return [`nothing decided: off variation ${step.variation}`];
  }
}

const outcomeText = (outcome: ConditionTrace["outcome"]): string =>
  ({ holds: "holds", fails: "does not hold", not_understood: "not understood, so skipped" })[outcome];
