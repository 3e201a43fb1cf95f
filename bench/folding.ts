import { Partition } from "../actors/experiment/partition.ts";
import { decodeBatch, encodeBatch, type LogRecord } from "../protocols/log-record.ts";
import { batchesOf, definitionsOf, recordsOf } from "./pipeline/records.ts";
import {
  atLeast,
  atMost,
  below,
  median,
  type BenchOptions,
  type BenchReport,
  type BenchRow,
} from "./report.ts";

const batchLength = 500;
const eventCount = 1_000_000;
const unitCount = 100_000;
const rebuildCount = 10_000_000;
/** Odd, so that a median is a measurement. */
const rounds = 5;
const perSecond = "events/CPU-s";

/** What the rolling sums cost of one core: from decoded batches, from the stream's bytes, and per unit of memory. */
export function run({ scale, progress }: BenchOptions): Promise<BenchReport> {
  const count = Math.ceil(eventCount * scale);
  const units = Math.ceil(unitCount * scale);
  progress("folding: one experiment, and a hundred");
  const [one, hundred] = foldRates(count, units);
  progress("folding: decoding");
  const decoding = decodeRate(count, units);
  progress("folding: bytes a unit");
  const bytes = bytesPerUnit(Math.ceil(1_000_000 * scale));
  progress("folding: a rebuild from bytes");
  const rebuild = rebuildSeconds(Math.ceil(rebuildCount * scale), units);
  const rows: BenchRow[] = [
    { case: "fold, one experiment", value: one, unit: perSecond, goal: atLeastRate(one) },
    {
      case: "fold, a hundred experiments",
      value: hundred,
      unit: perSecond,
      ratio: hundred / one,
      against: "fold, one experiment",
      goal: atLeast(hundred / one, 0.2),
    },
    { case: "decode a batch", value: decoding, unit: perSecond },
    { case: "a unit's state, three metrics", value: bytes, unit: "bytes", goal: atMost(bytes, 64) },
    {
      case: "rebuild of 10 M events",
      value: rebuild / scale,
      unit: "CPU-s",
      goal: below(rebuild / scale, 60),
    },
  ];
  const notes = [
    `batches of ${batchLength} events, ${units} units, one partition; median of ${rounds} rounds`,
    "one in ten events is an exposure; a hundred experiments: each unit in three of them, each event read by ten",
  ];
  return Promise.resolve({ name: "folding", rows, notes });
}

const atLeastRate = (rate: number) => ({ text: "≥ 500 k", met: rate >= 500_000 });

/** A batch is decoded, then folded, as in a fold: only the folding is timed. */
function foldRates(count: number, units: number): [number, number] {
  const rates = [1, 100].map((experiments) => {
    const definitions = definitionsOf(experiments);
    const batches = [...batchesOf(recordsOf({ count, units, experiments }), batchLength)].map(encodeBatch);
    return median(
      Array.from({ length: rounds }, () => {
        const partition = new Partition();
        for (const definition of definitions) partition.take(definition);
        let seconds = 0;
        for (const [position, batch] of batches.entries()) {
          const records = decodeBatch(batch);
          seconds += cpuSeconds(() => {
            for (let index = 0; index < records.length; index++)
              partition.take(records[index] as LogRecord, position + 1, index);
          });
        }
        return count / seconds;
      }),
    );
  });
  return rates as [number, number];
}

function decodeRate(count: number, units: number): number {
  const batches = [...batchesOf(recordsOf({ count, units, experiments: 1 }), batchLength)].map(encodeBatch);
  return median(
    Array.from({ length: rounds }, () => {
      let decoded = 0;
      const seconds = cpuSeconds(() => {
        for (const batch of batches) decoded += decodeBatch(batch).length;
      });
      return decoded / seconds;
    }),
  );
}

/** Every unit exposed, with an event for each metric. Without ids seen and held events, whose bounds are their own. */
function bytesPerUnit(units: number): number {
  const partition = new Partition();
  for (const definition of definitionsOf(1)) partition.take(definition);
  for (const record of recordsOf({ count: units, units, experiments: 1, exposuresOnly: true }))
    partition.take(record);
  return partition.byteLength / units;
}

function rebuildSeconds(count: number, units: number): number {
  const batches = [
    ...batchesOf(recordsOf({ count: Math.min(count, 500_000), units, experiments: 1 }), batchLength),
  ].map(encodeBatch);
  const partition = new Partition();
  for (const definition of definitionsOf(1)) partition.take(definition);
  let position = 0;
  let folded = 0;
  return cpuSeconds(() => {
    while (folded < count) {
      const turn = Math.floor(folded / 500_000);
      for (const batch of batches) {
        position++;
        const records = decodeBatch(batch);
        // Each turn's ids are new, or all but the first would be duplicates.
        for (let index = 0; index < records.length; index++) {
          const record = records[index] as LogRecord;
          partition.take(turn === 0 ? record : { ...record, id: `${turn}${record.id}` }, position, index);
        }
        folded += records.length;
      }
    }
  });
}

/** CPU time, not wall time: other processes share the machine. */
function cpuSeconds(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}
