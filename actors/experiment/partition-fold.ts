import type { FoldBehaviour, FoldPast } from "../../runtime/index.ts";
import { PartitionMessage } from "../../protocols/analytics-messages.ts";
import { assert } from "../../protocols/assert.ts";
import { fail, issuesOf, succeed } from "../../protocols/errors.ts";
import type { Failure } from "../../protocols/failures.ts";
import type { EnvironmentKey, ExperimentKey } from "../../protocols/ids.ts";
import { decodeBatch, encodeBatch, type LogRecord } from "../../protocols/log-record.ts";
import type { PartitionCounts } from "../../protocols/pipeline.ts";
import type { ExperimentSummary, PartialSums } from "../../protocols/results.ts";
import { kinds, partitionOf, streams, subjects } from "../../protocols/topology.ts";
import { Partition } from "./partition.ts";

/** Live results need not be fresher than the eye; partitions × 10 notices a second stay cheap. */
const noticeIntervalMs = 100;
/** About 5,000 messages replay in under a second. */
const snapshotEveryMessages = 5_000;

interface At {
  readonly key: string;
  readonly position: number;
}

/** The newest encoding: sums by day and dimension, windows, identities. Older ones are folded anew. */
const version = 2;

/**
 * The experiments of one environment partition as a fold actor. Key: `<environment>/<partition>`. How many partitions an
 * environment has never changes; it is asked when a fold begins, which waits until somebody knows.
 */
export const partitionFold = (
  partitionsOf: (environment: EnvironmentKey) => number | undefined,
  past?: FoldPast<Partition>,
): FoldBehaviour<Partition, Failure> => ({
  kind: kinds.partition,
  version,
  stream: streams.events.name,
  subjectOf: (key) => {
    const { environment, partition } = parseKey(key);
    return subjects.events(environment, partition);
  },
  init: (key) => {
    const { environment, partition } = parseKey(key);
    const partitions = partitionsOf(environment);
    assert(partitions !== undefined, `the environment of ${key} is known`);
    return new Partition({ key, partition, partitions });
  },
  fold: (state, { data, sequence }) => {
    const records = decodeBatch(data);
    for (let index = 0; index < records.length; index++)
      state.take(records[index] as LogRecord, sequence, index);
  },
  encode: (state) => state.encode(),
  decode: (bytes) => Partition.decode(bytes),
  outline: (state) => ({
    bytes: state.byteLength,
    waiting: state.outgoing.length,
    counts: state.counts,
    sums: Object.fromEntries(state.experiments.map((key) => [key, state.tally(key)?.summary()])),
  }),
  ask: (state, message, at) => {
    const parsed = PartitionMessage.safeParse(message);
    if (!parsed.success) return fail<Failure>({ code: "invalid_message", issues: issuesOf(parsed.error) });
    switch (parsed.data.type) {
      case "position":
        return succeed({ position: at.position });
      case "counts":
        return succeed<PartitionCounts>({ ...state.counts, position: at.position });
      case "sums": {
        const { experiment, range, detail = false } = parsed.data;
        const summary =
          range === undefined
            ? state.tally(experiment)?.summary(detail)
            : state.summaryWithin(experiment, range);
        return succeed(partialSums(state, experiment, summary, at) ?? null);
      }
    }
  },
  notices: (state, at) =>
    state.takeChanged().flatMap((experiment) => {
      const { environment, partition } = parseKey(at.key);
      const data = partialSums(state, experiment, state.tally(experiment)?.summary(), at);
      return data === undefined
        ? []
        : [{ subject: subjects.sums(environment, experiment as ExperimentKey, partition), data }];
    }),
  outgoing: (state, { key }, max) => {
    const { environment } = parseKey(key);
    return state.outgoing.slice(0, max).map(({ to, record }) => ({
      subject: subjects.events(environment, partitionOf(to, state.place.partitions)),
      id: record.id,
      data: encodeBatch([record]),
    }));
  },
  sent: (state, ids) => state.sent(ids),
  ...(past === undefined ? {} : { past }),
  noticeIntervalMs,
  snapshotEveryMessages,
});

function partialSums(
  state: Partition,
  experiment: string,
  summary: ExperimentSummary | undefined,
  { key, position }: At,
): PartialSums | undefined {
  const tally = state.tally(experiment);
  if (tally === undefined || summary === undefined) return undefined;
  const { newestEventTs, newestAt } = tally;
  return {
    ...parseKey(key),
    experiment,
    position,
    definition: tally.definition,
    summary,
    ...(newestEventTs === undefined ? {} : { newestEventTs }),
    ...(newestAt === undefined ? {} : { newestAt }),
  };
}

function parseKey(key: string): { environment: EnvironmentKey; partition: number } {
  const [environment, partition] = key.split("/");
  assert(environment !== undefined && /^\d+$/.test(partition ?? ""), `${key} is <environment>/<partition>`);
  return { environment: environment as EnvironmentKey, partition: Number(partition) };
}
