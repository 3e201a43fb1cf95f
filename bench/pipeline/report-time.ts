import { routes } from "../../protocols/routes.ts";
import { below, median, type BenchRow } from "../report.ts";
import { countsOf } from "./counted.ts";
import type { Site } from "./site.ts";
import { oneExperiment } from "./traffic.ts";

const requests = 40;
/** From the actors' sums, whatever they were summed from. */
const reportMsMax = 200;

/** A whole report, as a page, while nothing else happens: sums of all partitions, statistics, timeline, rendering. */
export async function measureReport(site: Site): Promise<BenchRow[]> {
  const { url, token } = site.world.weir;
  const { environment, experiments } = oneExperiment;
  const path = routes.report.path.replace(":key", experiments[0] ?? "");
  const headers = { authorization: `Bearer ${token}` };
  const times: number[] = [];
  for (let request = 0; request < requests; request++) {
    const begun = performance.now();
    const response = await fetch(`${url}${path}?env=${environment}&format=html`, { headers });
    const page = await response.text();
    if (!response.ok) throw new Error(`no report: ${response.status} ${page.slice(0, 200)}`);
    times.push(performance.now() - begun);
  }
  const worst = Math.max(...times);
  const { metricRows } = await countsOf(site, oneExperiment);
  const name = `report of ${(metricRows / 1e6).toFixed(1)} M events from sums`;
  return [
    { case: `${name}, median`, value: median(times), unit: "ms" },
    { case: `${name}, worst of ${requests}`, value: worst, unit: "ms", goal: below(worst, reportMsMax) },
  ];
}
