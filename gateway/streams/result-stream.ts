import { ExperimentKey, type EnvironmentKey } from "../../protocols/ids.ts";
import type { ExperimentResult } from "../../protocols/results.ts";
import { experimentAddressKey, kinds, subjects } from "../../protocols/topology.ts";
import { environmentOf, namedEnvironment } from "../auth.ts";
import type { Call, Room } from "../call.ts";
import type { Action } from "../http.ts";
import { sseHeaders, type SseClient } from "./sse.ts";

/** The experiment's coordinator paces its results; this only keeps what comes in a burst together. */
const intervalMs = 200;
const askMsMax = 5_000;

/** One experiment that somebody watches: its newest result, sent on as it comes. */
class Topic {
  readonly #room: Room;
  readonly #clients = new Map<SseClient, number>();
  readonly #onEmpty: () => void;
  #latest: ExperimentResult | undefined;
  #stop: (() => Promise<void>) | undefined;
  #sentAt = Number.NEGATIVE_INFINITY;
  #scheduled = false;
  #ended = false;

  constructor(room: Room, environment: EnvironmentKey, experiment: ExperimentKey, onEmpty: () => void) {
    this.#room = room;
    this.#onEmpty = onEmpty;
    void this.#follow(environment, experiment).catch((error: unknown) =>
      room.log.warn("results_not_followed", { environment, experiment, error }),
    );
  }

  add(client: SseClient, has: number): void {
    this.#clients.set(client, has);
    client.onClose(() => {
      this.#clients.delete(client);
      if (this.#clients.size === 0) void this.#end();
    });
    this.#sendTo(client);
  }

  async #follow(environment: EnvironmentKey, experiment: ExperimentKey): Promise<void> {
    const link = this.#room.link();
    if (link === undefined) return;
    const subject = subjects.results(environment, experiment);
    const stop = await link.connection.messaging.subscribe(subject, (payload) => {
      this.#offer(payload as ExperimentResult); // published by our own experiment service
    });
    if (this.#ended) return stop();
    this.#stop = stop;
    const address = { kind: kinds.experiment, key: experimentAddressKey(environment, experiment) };
    const first = await link.client.ask<ExperimentResult, never>(
      address,
      { type: "result", source: "streaming" },
      { by: "gateway", timeoutMs: askMsMax },
    );
    if (first.ok) this.#offer(first.value);
  }

  #offer(result: ExperimentResult): void {
    if (this.#latest !== undefined && result.revision < this.#latest.revision) return;
    this.#latest = result;
    if (this.#scheduled || this.#ended) return;
    this.#scheduled = true;
    const waitMs = Math.max(0, this.#sentAt + intervalMs - this.#room.clock.monotonicMs());
    void this.#room.clock.sleep(waitMs).then(() => {
      this.#scheduled = false;
      this.#sentAt = this.#room.clock.monotonicMs();
      for (const client of this.#clients.keys()) this.#sendTo(client);
    });
  }

  #sendTo(client: SseClient): void {
    const result = this.#latest;
    if (result === undefined || (this.#clients.get(client) ?? 0) >= result.revision) return;
    this.#clients.set(client, result.revision);
    client.send({ event: "result", id: String(result.revision), data: JSON.stringify(result) });
  }

  async #end(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.#onEmpty();
    await this.#stop?.();
  }
}

/** `GET /stream/results/{experiment}`. */
export function resultStreams(): (room: Room, call: Call) => Action {
  const topics = new Map<string, Topic>();
  return (room, call) => {
    const refuse = (failure: Parameters<Call["problem"]>[0]): Action => ({
      kind: "answer",
      answer: call.problem(failure),
    });
    const environment = environmentOf(call.principal, room.directory, namedEnvironment(call.head));
    if (!environment.ok) return refuse(environment.failure);
    const experiment = ExperimentKey.safeParse(call.params[0]);
    const plan = room.plans.get(environment.value);
    if (!experiment.success || plan?.experiments.has(experiment.data) !== true)
      return refuse({ code: "experiment_not_found", experiment: (call.params[0] ?? "").slice(0, 100) });
    if (room.sse.isFull) return refuse({ code: "overloaded", retryAfterMs: 5_000 });
    if (room.link() === undefined)
      return refuse({ code: "unavailable", reason: "no connection to the log", retryAfterMs: 1_000 });
    const has = Number(call.head.header("last-event-id"));
    return {
      kind: "stream",
      headers: sseHeaders,
      open: (stream) => {
        const key = `${environment.value}/${experiment.data}`;
        let topic = topics.get(key);
        if (topic === undefined) {
          topic = new Topic(room, environment.value, experiment.data, () => topics.delete(key));
          topics.set(key, topic);
        }
        topic.add(room.sse.open(stream), Number.isInteger(has) ? has : 0);
      },
    };
  };
}
