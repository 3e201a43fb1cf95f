import type { PublishedExperiment } from "../protocols/experiment.ts";
import type { PublishedLayer } from "../protocols/layer.ts";
import type { EpochMs } from "../protocols/time.ts";
import type { Catalogue } from "./catalogue.ts";
import type { Findings } from "./findings.ts";

/** A range of slots that a live experiment owns. */
interface Owned {
  readonly from: number;
  readonly to: number;
  readonly experiment: string;
  readonly path: string;
}

/** Reports slots that two live experiments of a layer want, and slots that still rest from another one. */
export function compileLayers(catalogue: Catalogue, publishedAt: EpochMs, findings: Findings): void {
  const owned = new Map<string, Owned[]>();
  for (const experiment of catalogue.experiments.values()) {
    if (experiment.layer === undefined || !isLive(experiment)) continue;
    const { key, slots } = experiment.layer;
    const list = owned.get(key) ?? [];
    for (const [index, { from, to }] of slots.entries())
      list.push({
        from,
        to,
        experiment: experiment.key,
        path: `experiments.${experiment.key}.layer.slots[${index}]`,
      });
    owned.set(key, list);
  }
  for (const [key, slots] of owned) {
    compileNeighbours(slots, findings);
    const layer = catalogue.layers.get(key);
    if (layer !== undefined) compileQuarantine(slots, layer, publishedAt, findings);
  }
}

/** A paused experiment will go on with its units, so its slots stay its own. */
const isLive = ({ status }: PublishedExperiment): boolean => status === "running" || status === "paused";

function compileNeighbours(slots: readonly Owned[], findings: Findings): void {
  const sorted = slots.toSorted((a, b) => a.from - b.from);
  let widest = sorted[0];
  for (const each of sorted.slice(1)) {
    if (widest === undefined) return;
    // An experiment's overlap with itself was reported where its slots stand.
    if (each.from < widest.to && each.experiment !== widest.experiment)
      findings.problem(each.path, `overlaps with ${widest.path}: one layer's experiments share no unit`);
    if (each.to > widest.to) widest = each;
  }
}

function compileQuarantine(
  slots: readonly Owned[],
  { key, quarantine }: PublishedLayer,
  publishedAt: EpochMs,
  findings: Findings,
): void {
  for (const { from, to, experiment, path } of slots)
    for (const rest of quarantine ?? []) {
      if (rest.until <= publishedAt || rest.experiment === experiment) continue;
      if (from >= rest.to || to <= rest.from) continue;
      const until = new Date(rest.until).toISOString();
      findings.problem(
        path,
        `slots ${rest.from} to ${rest.to} of layer ${key} rest from ${rest.experiment} until ${until}`,
      );
    }
}
