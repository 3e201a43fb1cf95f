import { durationText } from "../clock.ts";
import { dataPaths } from "../paths.ts";
import type { PartNews } from "./part.ts";
import { failuresPerWindowMax } from "./restart-policy.ts";

/** News of a part as a line for the terminal; undefined for what need not be said. */
export function lineOf(news: PartNews, dataDir: string): string | undefined {
  switch (news.kind) {
    case "started":
      return undefined;
    case "ready":
      return `  ${news.part.padEnd(10)} ${news.restarts === 0 ? "ready" : "ready again"} after ${durationText(news.afterMs)}`;
    case "failed":
      return failureLine(news.part, news.reason, news.restart, dataDir);
  }
}

function failureLine(
  part: string,
  reason: string,
  restart: Extract<PartNews, { kind: "failed" }>["restart"],
  dataDir: string,
): string {
  const log = part === "nats" ? `${dataPaths(dataDir).nats}/nats.log` : dataPaths(dataDir).log(part);
  const wait = durationText(restart.delayMs);
  if (!restart.loud) return `  ${part.padEnd(10)} ${reason}; starting it again in ${wait} (log: ${log})`;
  return [
    `  !! ${part} ${reason} and keeps failing (${failuresPerWindowMax} times within a minute).`,
    `  !! Look into ${log}. It is tried again in ${wait}.`,
  ].join("\n");
}
