import type { ActorClient, Clock } from "../../runtime/index.ts";
import type { Reply } from "../../protocols/errors.ts";
import type { Failure } from "../../protocols/failures.ts";
import type { MonitorMessage, MonitorView, TimelinePoint } from "../../protocols/monitor.ts";
import type { Analysis, ExperimentSummary } from "../../protocols/results.ts";
import type { Monitor } from "../../protocols/scorecard.ts";
import { kinds } from "../../protocols/topology.ts";
import type { EpochMs } from "../../protocols/time.ts";

interface LooksPorts {
  readonly client: ActorClient;
  readonly clock: Clock;
  /** `<environment>/<experiment>`. */
  readonly key: string;
}

/** A look that is not written down is forgotten by a crash; what was seen then counts as if nobody had looked. */
const keepIntervalMsMin = 10_000;
/** Of the time since the first look: some hundred points a life, closer together at its beginning. */
const keepShare = 0.01;
const askTimeoutMs = 5_000;

/**
 * The coordinator's side of an experiment's monitor: what earlier looks found is read once, each look adds to it in memory,
 * and it is written down now and then, and at once when the decision changes or a planned look was taken.
 */
export class Looks {
  readonly #ports: LooksPorts;
  #loading: Promise<Reply<MonitorView, Failure>> | undefined;
  #monitor: Monitor | undefined;
  #unkept: { readonly monitor: Monitor; readonly point: TimelinePoint } | undefined;
  #firstAt: number | undefined;
  #keptAt = Number.NEGATIVE_INFINITY;
  #keptAs = "";
  #keptLooks = 0;
  #keeping: Promise<boolean> | undefined;

  constructor(ports: LooksPorts) {
    this.#ports = ports;
  }

  /** What earlier looks found; undefined before the first. */
  async earlier(): Promise<Reply<Monitor | undefined, Failure>> {
    this.#loading ??= this.#ask<MonitorView>({ type: "get" });
    const loaded = await this.#loading;
    if (!loaded.ok) {
      this.#loading = undefined; // the next look asks again
      return loaded;
    }
    this.#monitor ??= loaded.value.monitor;
    this.#keptLooks = Math.max(this.#keptLooks, loaded.value.monitor?.plannedLooks.length ?? 0);
    this.#firstAt ??= loaded.value.points[0]?.at;
    return { ok: true, value: this.#monitor };
  }

  /**
   * Remembers a look, and begins to write it down when that is due. Only a planned look is waited for: it is never taken
   * again, so it may be shown once it is known for good. Answers whether it may.
   */
  async look(analysis: Analysis, summary: ExperimentSummary, at: number): Promise<boolean> {
    const { monitor } = analysis;
    if (monitor === undefined) return true;
    const earlier = this.#monitor;
    this.#monitor = monitor;
    this.#firstAt ??= at;
    this.#unkept = { monitor, point: pointOf(analysis, monitor, summary, at) };
    // A breach is written at once as well: whoever reads why an experiment was paused finds the look that did it.
    const breached = analysis.comparisons.filter(({ finding }) => finding?.breach !== undefined).length;
    const as = `${monitor.phase}/${monitor.planVersion}/${monitor.plannedLooks.length}/${breached}/${analysis.scorecard?.decision.code ?? ""}`;
    const interval = Math.max(keepIntervalMsMin, (at - this.#firstAt) * keepShare);
    if (monitor.plannedLooks.length > this.#keptLooks) {
      await this.#keeping;
      const isKept = await this.#keep(at, as);
      if (!isKept) this.#monitor = earlier;
      return isKept;
    }
    if (this.#keeping !== undefined || (as === this.#keptAs && at < this.#keptAt + interval)) return true;
    this.#keeping = this.#keep(at, as).finally(() => {
      this.#keeping = undefined;
    });
    return true;
  }

  async close(): Promise<void> {
    await this.#keeping;
    if (this.#unkept !== undefined) await this.#keep(this.#ports.clock.now(), this.#keptAs);
  }

  /** False: not now; it is still in memory, and the next one tries again. */
  async #keep(at: number, as: string): Promise<boolean> {
    const look = this.#unkept;
    if (look === undefined) return true;
    const answer = await this.#ask<MonitorView>({ type: "look", ...look });
    if (!answer.ok) return false;
    if (this.#unkept === look) this.#unkept = undefined;
    this.#keptAt = at;
    this.#keptAs = as;
    this.#keptLooks = look.monitor.plannedLooks.length;
    // Another host may have looked as well: from now on its looks count here too.
    if (this.#monitor === look.monitor && answer.value.monitor !== undefined)
      this.#monitor = answer.value.monitor;
    return true;
  }

  #ask<Value>(message: MonitorMessage): Promise<Reply<Value, Failure>> {
    const address = { kind: kinds.monitor, key: this.#ports.key };
    return this.#ports.client.ask<Value, Failure>(address, message, {
      by: "coordinator",
      timeoutMs: askTimeoutMs,
    });
  }
}

function pointOf(
  analysis: Analysis,
  monitor: Monitor,
  summary: ExperimentSummary,
  at: number,
): TimelinePoint {
  const cells: Record<string, TimelinePoint["cells"][string]> = {};
  for (const { variant, metric, estimate, finding } of analysis.comparisons) {
    const monitored = finding?.monitored;
    if (estimate.kind !== "estimated" || monitored === undefined || monitored.kind === "no_answer") continue;
    if (monitored.interval === undefined) continue;
    const reduced = finding?.reduced;
    const difference = reduced?.kind === "reduced" ? reduced.difference : estimate.difference;
    cells[`${variant}/${metric}`] = [difference, ...monitored.interval, monitored.pValue ?? 1];
  }
  return {
    at: at as EpochMs,
    phase: monitor.phase,
    planVersion: monitor.planVersion,
    units: summary.variants.reduce((sum, { units }) => sum + units, 0),
    cells,
  };
}
