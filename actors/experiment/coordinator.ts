import type { Messaging, RunningService, ServiceBehaviour } from "../../runtime/index.ts";
import { mergeExperiments } from "../../analytics/statistics/merge.ts";
import {
  ExperimentMessage,
  type AnalyseRequest,
  type WarehouseSummaryRequest,
} from "../../protocols/analytics-messages.ts";
import { assert } from "../../protocols/assert.ts";
import { fail, issuesOf, succeed, type Reply } from "../../protocols/errors.ts";
import type { ExperimentDefinition } from "../../protocols/experiment.ts";
import type { Answer, Failure } from "../../protocols/failures.ts";
import type { EnvironmentKey, ExperimentKey } from "../../protocols/ids.ts";
import type { Analysis, ExperimentResult, ExperimentSummary, PartialSums } from "../../protocols/results.ts";
import { kinds, partitionKey, subjects } from "../../protocols/topology.ts";
import { Analyses } from "./analyses.ts";
import { AutomaticPauses, type PausePorts } from "./automatic-pauses.ts";
import { areOfOnePhase, breachedLook } from "./breaches.ts";
import { LiveResults } from "./live-results.ts";
import { Looks } from "./looks.ts";

// An experiment's coordinator: merges what its partitions say, has analytics do the statistics, and tells whoever
// listens. It keeps nothing that it could not ask for again.

/** A partition that is still replaying answers late; a person waits this long for a page at most. */
const partitionTimeoutMs = 5_000;
/** ClickHouse may scan an experiment's whole history. */
const warehouseTimeoutMs = 60_000;
/** Usually milliseconds; a partition that is busy with others' events needs its second. */
const phasePauseMs = 250;
const phaseAttemptsMax = 12;

export interface CoordinatorPorts extends PausePorts {
  readonly messaging: Messaging;
  /** Partitions of an environment; undefined when there is no such environment. */
  readonly partitionsOf: (environment: EnvironmentKey) => number | undefined;
}

export const experimentCoordinator = (ports: CoordinatorPorts): ServiceBehaviour<Failure> => ({
  kind: kinds.experiment,
  start: async (key) => {
    const coordinator = new Coordinator(ports, key);
    await coordinator.open();
    return coordinator;
  },
});

class Coordinator implements RunningService<Failure> {
  readonly #ports: CoordinatorPorts;
  readonly #environment: EnvironmentKey;
  readonly #experiment: ExperimentKey;
  readonly #live: LiveResults;
  readonly #looks: Looks;
  readonly #analyses: Analyses;
  readonly #pauses: AutomaticPauses;

  constructor(ports: CoordinatorPorts, key: string) {
    const [environment, experiment] = key.split("/");
    assert(environment !== undefined && experiment !== undefined, `${key} is <environment>/<experiment>`);
    this.#ports = ports;
    this.#environment = environment as EnvironmentKey;
    this.#experiment = experiment as ExperimentKey;
    this.#analyses = new Analyses(ports.messaging);
    this.#looks = new Looks({ client: ports.client, clock: ports.clock, key });
    this.#pauses = new AutomaticPauses(ports, this.#environment, this.#experiment);
    this.#live = new LiveResults({
      clock: ports.clock,
      publish: (partials) => this.#publish(partials),
      subscribe: (listener) =>
        ports.messaging.subscribe(subjects.sums(this.#environment, this.#experiment, "*"), (payload) =>
          listener(payload as PartialSums),
        ),
      partitions: () => ports.partitionsOf(this.#environment) ?? 0,
      fetch: async () => {
        const answer = await this.#partials(false);
        return answer.ok ? answer.value : undefined;
      },
    });
  }

  async open(): Promise<void> {
    await this.#live.open();
  }

  async ask(message: unknown): Promise<Answer> {
    const parsed = ExperimentMessage.safeParse(message);
    if (!parsed.success) return fail<Failure>({ code: "invalid_message", issues: issuesOf(parsed.error) });
    const { source, detail = false } = parsed.data;
    const partials = await this.#partialsOfOnePhase(detail && source === "streaming");
    if (!partials.ok) return partials;
    switch (source) {
      case "streaming": {
        const known = detail ? partials.value : await this.#detailed(partials.value);
        return answered(await this.#result(known, summaryOf(known), "streaming"));
      }
      case "warehouse": {
        const { definition } = newestOf(partials.value);
        const isStratified = definition.experiment.analysis.stratifyBy !== undefined;
        const summary = await this.#warehouse(definition, detail || isStratified);
        if (!summary.ok) return summary as Answer;
        return answered(await this.#result(partials.value, summary.value, "warehouse"));
      }
    }
  }

  async stop(): Promise<void> {
    await this.#live.close();
    await this.#pauses.close();
    await this.#looks.close();
  }

  /** Notices carry no sums by dimension: a plan that puts strata together has them asked for. */
  async #detailed(partials: readonly PartialSums[]): Promise<readonly PartialSums[]> {
    if (newestOf(partials).definition.experiment.analysis.stratifyBy === undefined) return partials;
    const detailed = await this.#partials(true);
    return detailed.ok ? detailed.value : partials;
  }

  async #publish(notices: readonly PartialSums[]): Promise<void> {
    const partials = await this.#detailed(notices);
    if (!areOfOnePhase(partials)) return; // such a look would be remembered in the new phase, and could pause it
    const result = await this.#result(partials, summaryOf(partials), "look");
    if (result.ok) {
      const { analysis, ...rest } = result.value;
      if (isLive(rest.definition) && !(await this.#looks.look(analysis, rest.summary, rest.at))) {
        this.#ports.log("planned_look_not_kept", { experiment: this.#experiment });
        return;
      }
      this.#judge(result.value);
      this.#ports.messaging.publish(subjects.results(this.#environment, this.#experiment), {
        ...rest,
        analysis: withoutMonitor(analysis),
      });
    } else {
      this.#ports.log("result_not_published", { experiment: this.#experiment, failure: result.failure });
    }
  }

  /** Has the experiment paused for what this look has proven. */
  #judge({
    definition,
    analysis,
    summary,
  }: Pick<ExperimentResult, "definition" | "analysis" | "summary">): void {
    const breached = breachedLook(definition, analysis);
    if (breached === undefined) return;
    this.#pauses.pause(
      breached,
      summary.variants.reduce((sum, { units }) => sum + units, 0),
    );
  }

  /** Days and dimensions are two questions, since each costs a scan of its own. */
  async #warehouse(
    definition: ExperimentDefinition,
    isDetailed: boolean,
  ): Promise<Reply<ExperimentSummary, { code: string }>> {
    let summary: ExperimentSummary | undefined;
    for (const detail of isDetailed ? (["days", "dimensions"] as const) : [undefined]) {
      const request: WarehouseSummaryRequest = {
        environment: this.#environment,
        definition,
        ...(detail === undefined ? {} : { detail }),
      };
      const options = { timeoutMs: warehouseTimeoutMs };
      const answer = await this.#ports.messaging.request<ExperimentSummary>(
        subjects.warehouseSummary,
        request,
        options,
      );
      if (!answer.ok) return answer;
      summary = { ...summary, ...answer.value };
    }
    assert(summary !== undefined, "at least one question is asked");
    return succeed(summary);
  }

  /** A new phase reaches one partition after the other; sums of two phases are nobody's. */
  async #partialsOfOnePhase(detail: boolean): Promise<Answer<readonly PartialSums[]>> {
    for (let attempt = 1; ; attempt++) {
      const partials = await this.#partials(detail);
      if (!partials.ok || areOfOnePhase(partials.value)) return partials;
      if (attempt === phaseAttemptsMax)
        return fail<Failure>({
          code: "unavailable",
          reason: "a new phase has begun, and not every partition counts it yet",
          retryAfterMs: phasePauseMs,
        });
      await this.#ports.clock.sleep(phasePauseMs);
    }
  }

  async #partials(detail: boolean): Promise<Answer<readonly PartialSums[]>> {
    const partitions = this.#ports.partitionsOf(this.#environment);
    if (partitions === undefined) {
      return fail<Failure>({ code: "environment_not_found", environment: this.#environment });
    }
    const message = { type: "sums", experiment: this.#experiment, ...(detail ? { detail } : {}) };
    const answers = await Promise.all(
      Array.from({ length: partitions }, (_, partition) =>
        this.#ports.client.ask<PartialSums | null, Failure>(
          { kind: kinds.partition, key: partitionKey(this.#environment, partition) },
          message,
          { by: "coordinator", timeoutMs: partitionTimeoutMs },
        ),
      ),
    );
    const partials: PartialSums[] = [];
    for (const answer of answers) {
      if (!answer.ok) return answer;
      // A partition without the definition is still catching up: half an answer would look like a whole one.
      if (answer.value === null)
        return fail<Failure>({ code: "experiment_not_found", experiment: this.#experiment });
      partials.push(answer.value);
    }
    return succeed(partials);
  }

  async #result(
    partials: readonly PartialSums[],
    summary: ExperimentSummary,
    why: ExperimentResult["source"] | "look",
  ): Promise<Answer<ExperimentResult>> {
    const { definition } = newestOf(partials);
    const earlier = await this.#looks.earlier();
    if (!earlier.ok) return earlier;
    const at = this.#ports.clock.now();
    const monitor = earlier.value;
    const request: AnalyseRequest = {
      environment: this.#environment,
      definition,
      summary,
      at,
      takesLooks: why === "look",
      ...(monitor === undefined ? {} : { monitor }),
    };
    const revision = partials.reduce((sum, { position }) => sum + position, 0);
    const version = `${revision}/${why}/${summary.days === undefined ? "totals" : "details"}`;
    const analysis = await this.#analyses.of(request, why === "streaming" ? version : undefined);
    if (!analysis.ok) return analysis;
    const newestEventTs = newest(partials.map((partial) => partial.newestEventTs));
    const newestAt = newest(partials.map((partial) => partial.newestAt));
    return succeed({
      environment: this.#environment,
      experiment: this.#experiment,
      source: why === "look" ? "streaming" : why,
      at,
      revision,
      definition,
      summary,
      analysis: analysis.value,
      ...(newestEventTs === undefined ? {} : { newestEventTs }),
      ...(newestAt === undefined ? {} : { newestAt }),
    });
  }
}

const isLive = ({ experiment }: ExperimentDefinition): boolean =>
  experiment.status === "running" || experiment.status === "paused";

const withoutMonitor = ({ monitor: _monitor, ...analysis }: Analysis): Analysis => analysis;

const answered = (result: Answer<ExperimentResult>): Answer<ExperimentResult> =>
  result.ok ? succeed({ ...result.value, analysis: withoutMonitor(result.value.analysis) }) : result;

const summaryOf = (partials: readonly PartialSums[]): ExperimentSummary =>
  partials.map(({ summary }) => summary).reduce(mergeExperiments);

/** Partitions learn a new definition one after the other; the one that is furthest knows best. */
function newestOf(partials: readonly PartialSums[]): PartialSums {
  return partials.reduce((best, each) => (each.position > best.position ? each : best));
}

const newest = (times: readonly (number | undefined)[]): number | undefined =>
  times.reduce((best, time) => (best === undefined || (time !== undefined && time > best) ? time : best));
