import { ReplayReport } from "../../protocols/actor-operations.ts";
import { routes } from "../../protocols/routes.ts";
import { Api } from "../api.ts";
import { durationText } from "../clock.ts";
import type { Target } from "../target.ts";
import { counted } from "../text-table.ts";
import { addressOf, pathFor } from "./address.ts";

/** `weir actors replay`: the text to print, and whether nothing is wrong. */
export async function replayActor(
  target: Target,
  address: string,
  options: { readonly to?: number; readonly json?: boolean },
): Promise<{ readonly text: string; readonly sound: boolean }> {
  const { method, path } = routes.replayActor;
  const body = options.to === undefined ? {} : { to: options.to };
  const answer = await new Api(target).call(method, pathFor(path, addressOf(address)), { body });
  const report = ReplayReport.parse(answer);
  const sound = report.verdict === "equal" || report.verdict === "computed";
  return { text: options.json === true ? JSON.stringify(report) : textOf(report), sound };
}

const verdictText: Record<ReplayReport["verdict"], (other: string) => string> = {
  equal: (other) => `equal to its ${other}`,
  different: (other) => `DIFFERENT from its ${other}`,
  computed: () => "computed; there is nothing at this position to compare it with",
  unfinished: () => "UNFINISHED: the time was over before the end",
};
const otherText = { live: "state in memory", snapshot: "snapshot and what follows it" } as const;

function textOf(report: ReplayReport): string {
  const { kind, key, verdict, against, position, commits, events, tookMs, difference } = report;
  const other = against === undefined ? "state" : otherText[against];
  return [
    `${kind}/${key}: ${verdictText[verdict](other)}`,
    `  ${counted(commits, "commit")} with ${counted(events, "event")} up to ${position}, in ${durationText(tookMs)}`,
    `  digest ${report.digest}`,
    ...(verdict === "different" ? [`  other  ${report.otherDigest ?? "–"}`] : []),
    ...(difference === undefined
      ? []
      : [
          `  first difference at ${difference.path === "" ? "the state itself" : difference.path}`,
          `    replayed  ${JSON.stringify(difference.recomputed)}`,
          `    other     ${JSON.stringify(difference.other)}`,
        ]),
    ...(report.note === undefined ? [] : [`  ${report.note}`]),
  ].join("\n");
}
