import type { Telemetry } from "../runtime/index.ts";
import { IngestCounts, ingestExporter } from "./ingest/ingest-counts.ts";

/** Classes of status, 1xx to 5xx. */
const classCount = 6;

/**
 * What this process did. Hot routes only add to plain numbers; the telemetry library sees the differences when
 * somebody scrapes, because an instrument with labels costs more than an evaluation.
 */
export class Counts {
  evaluations = 0;
  readonly ingest = new IngestCounts();
  sseDropped = 0;
  decisions = 0;
  decisionsDropped = 0;
  stickyUnavailable = 0;
  readonly #requests = new Map<string, RouteTally>();

  /** Held on to by whoever counts often. */
  tally(route: string): RouteTally {
    let tally = this.#requests.get(route);
    if (tally === undefined) this.#requests.set(route, (tally = new RouteTally()));
    return tally;
  }

  *requests(): Iterable<{ route: string; statusClass: string; count: number }> {
    for (const [route, { classes }] of this.#requests)
      for (const [place, count] of classes.entries())
        if (count > 0) yield { route, statusClass: `${place}xx`, count };
  }
}

/** Answers of one route by class of status. */
export class RouteTally {
  readonly classes = new Uint32Array(classCount);

  add(status: number): void {
    const place = Math.floor(status / 100);
    this.classes[place] = (this.classes[place] ?? 0) + 1;
  }
}

/** Gauges of the moment, asked for at each scrape. */
export interface Moment {
  readonly sseClients: number;
  readonly inFlightBytes: number;
  /** Opt-outs above the bound of what is remembered. */
  readonly denialsLeftOut: number;
  readonly planVersions: readonly { readonly environment: string; readonly version: number }[];
}

/** Carries `counts` into the telemetry; call before rendering. */
export function countsExporter(telemetry: Telemetry, counts: Counts, moment: () => Moment): () => void {
  const seen = new Map<string, number>();
  const since = (key: string, count: number): number => {
    const difference = count - (seen.get(key) ?? 0);
    seen.set(key, count);
    return difference;
  };
  const requests = telemetry.counter("weir_gateway_requests", {
    description: "Requests by route and status class",
  });
  const evaluations = telemetry.counter("weir_gateway_evaluations", { description: "Flags evaluated" });
  const exportIngest = ingestExporter(telemetry, counts.ingest, since);
  const dropped = telemetry.counter("weir_gateway_sse_dropped", {
    description: "Streams cut because the reader was slow",
  });
  const decisions = telemetry.counter("weir_gateway_decisions", {
    description: "Decisions given to the log",
  });
  const decisionsDropped = telemetry.counter("weir_gateway_decisions_dropped", {
    description: "Decisions that no answer waited for and the log did not take",
  });
  const sticky = telemetry.counter("weir_gateway_sticky_unavailable", {
    description: "Times that the assignment store did not answer, so that hashing decided",
  });
  const clients = telemetry.gauge("weir_gateway_sse_clients", { description: "Open streams" });
  const inFlight = telemetry.gauge("weir_gateway_ingest_bytes", {
    description: "Event bytes not yet acknowledged",
  });
  const leftOut = telemetry.gauge("weir_ingest_denials_left_out", {
    description: "Units whose refusal found no room in memory",
  });
  const versions = telemetry.gauge("weir_gateway_plan_version", {
    description: "Version served, by environment",
  });
  return () => {
    for (const { route, statusClass, count } of counts.requests())
      requests(since(`${route} ${statusClass}`, count), { route, status: statusClass });
    evaluations(since("evaluations", counts.evaluations));
    exportIngest();
    dropped(since("dropped", counts.sseDropped));
    decisions(since("decisions", counts.decisions));
    decisionsDropped(since("decisionsDropped", counts.decisionsDropped));
    sticky(since("sticky", counts.stickyUnavailable));
    const { sseClients, inFlightBytes, denialsLeftOut, planVersions } = moment();
    clients(sseClients);
    inFlight(inFlightBytes);
    leftOut(denialsLeftOut);
    for (const { environment, version } of planVersions) versions(version, { environment });
  };
}
