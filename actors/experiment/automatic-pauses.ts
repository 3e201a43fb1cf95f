import { createHash } from "node:crypto";
import type { ActorClient, Clock } from "../../runtime/index.ts";
import { weirItself, type Breach } from "../../protocols/automatic-pause.ts";
import { placeOf } from "../../protocols/breach.ts";
import type { EnvironmentMessage } from "../../protocols/environment-messages.ts";
import type { Reply } from "../../protocols/errors.ts";
import type { Failure } from "../../protocols/failures.ts";
import type { EnvironmentKey, ExperimentKey } from "../../protocols/ids.ts";
import type { AutomaticPauseReceipt } from "../../protocols/publish-receipt.ts";
import { kinds } from "../../protocols/topology.ts";
import type { BreachedLook } from "./breaches.ts";

export interface PausePorts {
  readonly client: ActorClient;
  readonly clock: Clock;
  readonly log: (event: string, fields: Record<string, unknown>) => void;
  /** For whoever counts what Weir does by itself. */
  readonly onPause: (environment: string, reason: Breach["kind"]) => void;
}

/** Compiling a large plan, twice, and its journal. */
const askTimeoutMs = 15_000;
/** The environment may be on its way to another host. */
const retryIntervalMs = 1_000;
/** The environment has said no: the next look may say something else. */
const refusals = new Set<string>([
  "version_conflict",
  "illegal_transition",
  "experiment_not_found",
  "environment_not_found",
  "invalid_plan",
]);

/**
 * The coordinator's side of an automatic pause: asks the environment, until it answers.
 *   Q1. The same breaches of the same phase and plan are one command, whoever sends it and however often: hosts that look at
 *       once, retries and crashes pause once.
 *   Q2. Results do not wait for it; one is asked for at a time.
 */
export class AutomaticPauses {
  readonly #ports: PausePorts;
  readonly #environment: EnvironmentKey;
  readonly #experiment: ExperimentKey;
  readonly #stopped = new AbortController();
  readonly #settled = new Set<string>();
  #asking: Promise<void> | undefined;

  constructor(ports: PausePorts, environment: EnvironmentKey, experiment: ExperimentKey) {
    this.#ports = ports;
    this.#environment = environment;
    this.#experiment = experiment;
  }

  /** Begins to have the experiment paused, if that is not under way or done. */
  pause(look: BreachedLook, units: number): void {
    const id = this.#idOf(look);
    if (this.#asking !== undefined || this.#settled.has(id)) return;
    this.#asking = this.#askUntilAnswered(id, look, units).finally(() => {
      this.#asking = undefined;
    });
  }

  async close(): Promise<void> {
    this.#stopped.abort();
    await this.#asking;
  }

  async #askUntilAnswered(id: string, look: BreachedLook, units: number): Promise<void> {
    const { signal } = this.#stopped;
    const { client, clock, log } = this.#ports;
    const message: EnvironmentMessage = {
      type: "automatic_pause",
      experiment: this.#experiment,
      phase: look.phase,
      planVersion: look.planVersion,
      units,
      breaches: [...look.breaches],
    };
    const address = { kind: kinds.environment, key: this.#environment };
    const options = { by: weirItself, timeoutMs: askTimeoutMs, id };
    while (!signal.aborted) {
      const answer = await client.ask<AutomaticPauseReceipt, Failure>(address, message, options);
      if (this.#isSettled(answer)) {
        if (answer.ok) this.#settled.add(id); // Q1
        return;
      }
      log("automatic_pause_not_answered", { ...this.#names(), failure: answer });
      await clock.sleep(retryIntervalMs, signal);
    }
  }

  #isSettled(answer: Reply<AutomaticPauseReceipt, { code: string }>): boolean {
    const { log, onPause } = this.#ports;
    if (!answer.ok) {
      if (!refusals.has(answer.failure.code)) return false;
      log("automatic_pause_refused", { ...this.#names(), failure: answer.failure });
      return true;
    }
    if (!answer.value.paused) return true;
    const { pause, version } = answer.value;
    log("experiment_paused_automatically", { ...this.#names(), version, pause });
    for (const reason of new Set(pause.breaches.map(({ kind }) => kind))) onPause(this.#environment, reason);
    return true;
  }

  #names(): { readonly environment: string; readonly experiment: string } {
    return { environment: this.#environment, experiment: this.#experiment };
  }

  #idOf({ phase, planVersion, breaches }: BreachedLook): string {
    const places = breaches.map(placeOf).join(",");
    const text = [this.#environment, this.#experiment, phase, planVersion, places].join("\n");
    return `automatic-pause-${createHash("sha256").update(text).digest("hex").slice(0, 24)}`;
  }
}
