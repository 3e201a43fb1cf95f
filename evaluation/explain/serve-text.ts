import type { ExperimentCheck, ServeTrace } from "../../protocols/trace.ts";
import { bucketCount } from "../bucket.ts";
import { conditionLines, drawText, indented } from "./condition-text.ts";

export function serveLines(serve: ServeTrace): string[] {
  switch (serve.serve) {
    case "variation": {
      const shadow = serve.shadow === undefined ? "" : `, in its shadow ${serve.shadow}`;
      return [`serves ${serve.variation}${shadow}`];
    }
    case "split": {
      const parts = serve.parts.map(({ variation, from, to }) => `${variation} ${from} to ${to}`).join(", ");
      return [`${drawText(serve.draw)}, of ${parts}: ${servedText(serve.variation)}`];
    }
    case "rollout": {
      const side = serve.inside ? "inside" : "outside";
      const share = percent(serve.share);
      return [`${drawText(serve.draw)}, ${side} the ${share} of now: ${servedText(serve.variation)}`];
    }
    case "experiment": {
      const refusal = serve.refusal === undefined ? "" : `refuses (${serve.refusal}), `;
      return [
        `experiment ${serve.experiment}`,
        ...indented(serve.checks.flatMap(checkLines)),
        `${refusal}${servedText(serve.variation)}`,
      ];
    }
  }
}

const servedText = (variation: string | undefined): string =>
  variation === undefined ? "goes on below" : `serves ${variation}`;

const percent = (share: number): string => `${(share * 100) / bucketCount} %`;

function checkLines(check: ExperimentCheck): string[] {
  const sign = check.passed ? "✓" : "✗";
  return [
    `${sign} ${checkText(check)}`,
    ...(check.check === "targeting" ? indented(conditionLines(check.condition)) : []),
  ];
}

function checkText(check: ExperimentCheck): string {
  switch (check.check) {
    case "running": {
      const from = check.startAt === undefined ? "" : `, from ${dateText(check.startAt)}`;
      const until = check.stopAt === undefined ? "" : `, until ${dateText(check.stopAt)}`;
      const now = check.passed || check.now === null ? "" : ` (now ${dateText(check.now)})`;
      return `${check.status}${from}${until}${now}`;
    }
    case "targeting":
      return "targeting";
    case "holdout": {
      if (check.ended) return `holdout ${check.holdout} has ended`;
      return `holdout ${check.holdout} of ${percent(check.share)}: ${drawText(check.draw)}`;
    }
    case "kept":
      return check.passed
        ? `variant ${check.variant} was kept for this unit`
        : `variant ${check.variant}, kept for this unit, is no more`;
    case "participation": {
      const taken = check.taken.length === 0 ? "none" : check.taken.join(", ");
      return `at most ${check.limit} of higher priority: takes part in ${taken}`;
    }
    case "slot": {
      const slots = check.slots.map(({ from, to }) => `${from} to ${to}`).join(", ");
      return `slots ${slots} of layer ${check.layer}: ${drawText(check.draw)}`;
    }
    case "allocation":
      return `allocation of ${percent(check.allocation)}: ${drawText(check.draw)}`;
    case "variant":
      return `variant ${check.variant ?? "none"}: ${drawText(check.draw)}`;
  }
}

/** Within the range of dates that have a text; plans cannot hold others. */
const dateText = (at: number): string => (Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : String(at));
