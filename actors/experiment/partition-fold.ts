import type { FoldBehaviour } from "../../runtime/index.ts";
import { PartitionMessage } from "../../protocols/analytics-messages.ts";
import { assert } from "../../protocols/assert.ts";
import { fail, issuesOf, succeed } from "../../protocols/errors.ts";
import type { Failure } from "../../protocols/failures.ts";
import type { EnvironmentKey, ExperimentKey } from "../../protocols/ids.ts";
import { decodeBatch } from "../../protocols/log-record.ts";
import type { PartialSums } from "../../protocols/results.ts";
import { kinds, streams, subjects } from "../../protocols/topology.ts";
import { Partition } from "./partition.ts";

/** Live results need not be fresher than the eye; partitions × 10 notices a second stay cheap. */
const noticeIntervalMs = 100;
/** About 5,000 messages replay in under a second. */
const snapshotEveryMessages = 5_000;

interface At {
  readonly key: string;
  readonly position: number;
}

/** The experiments of one environment partition as a fold actor. Key: `<environment>/<partition>`. */
export const partitionFold: FoldBehaviour<Partition, Failure> = {
  kind: kinds.partition,
  version: 1,
  stream: streams.events.name,
  subjectOf: (key) => {
    const { environment, partition } = parseKey(key);
    return subjects.events(environment, partition);
  },
  init: () => new Partition(),
  fold: (state, { data }) => {
    for (const record of decodeBatch(data)) state.take(record);
  },
  encode: (state) => state.encode(),
  decode: (bytes) => Partition.decode(bytes),
  ask: (state, message, at) => {
    const parsed = PartitionMessage.safeParse(message);
    if (!parsed.success) return fail<Failure>({ code: "invalid_message", issues: issuesOf(parsed.error) });
    switch (parsed.data.type) {
      case "position":
        return succeed({ position: at.position });
      case "sums":
        return succeed(partialSums(state, parsed.data.experiment, at) ?? null);
    }
  },
  notices: (state, at) =>
    state.takeChanged().flatMap((experiment) => {
      const { environment, partition } = parseKey(at.key);
      const data = partialSums(state, experiment, at);
      return data === undefined
        ? []
        : [{ subject: subjects.sums(environment, experiment as ExperimentKey, partition), data }];
    }),
  noticeIntervalMs,
  snapshotEveryMessages,
};

function partialSums(state: Partition, experiment: string, { key, position }: At): PartialSums | undefined {
  const tally = state.tally(experiment);
  if (tally === undefined) return undefined;
  const { newestEventTs } = tally;
  return {
    ...parseKey(key),
    experiment,
    position,
    definition: tally.definition,
    summary: tally.summary(),
    ...(newestEventTs === undefined ? {} : { newestEventTs }),
  };
}

function parseKey(key: string): { environment: EnvironmentKey; partition: number } {
  const [environment, partition] = key.split("/");
  assert(environment !== undefined && /^\d+$/.test(partition ?? ""), `${key} is <environment>/<partition>`);
  return { environment: environment as EnvironmentKey, partition: Number(partition) };
}
