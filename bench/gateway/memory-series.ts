import { slopeOf } from "../figures.ts";
import { below, type BenchRow } from "../report.ts";

/** What a process held at one moment of a run. */
export interface MemorySample {
  readonly atMs: number;
  readonly residentMb: number;
  readonly heapMb: number;
}

export interface MemoryBounds {
  readonly mbMax: number;
  readonly mbPerMinuteMax: number;
}

/** How it went, with the slope of the second half: the first fills caches, which have bounds. */
export function memoryRows(samples: readonly MemorySample[], bounds: MemoryBounds): BenchRow[] {
  const resident = summaryOf(samples, ({ residentMb }) => residentMb);
  const heap = summaryOf(samples, ({ heapMb }) => heapMb);
  return [
    { case: "RSS, first sample", value: resident.first, unit: "MB" },
    { case: "RSS, last sample", value: resident.last, unit: "MB" },
    {
      case: "RSS, largest",
      value: resident.largest,
      unit: "MB",
      goal: below(resident.largest, bounds.mbMax),
    },
    {
      case: "RSS, slope of the second half",
      value: resident.slope,
      unit: "MB/min",
      goal: below(resident.slope, bounds.mbPerMinuteMax),
    },
    { case: "heap used, first sample", value: heap.first, unit: "MB" },
    { case: "heap used, last sample", value: heap.last, unit: "MB" },
    { case: "heap used, largest", value: heap.largest, unit: "MB" },
    { case: "heap used, slope of the second half", value: heap.slope, unit: "MB/min" },
  ];
}

interface Summary {
  readonly first: number;
  readonly last: number;
  readonly largest: number;
  readonly slope: number;
}

function summaryOf(samples: readonly MemorySample[], of: (sample: MemorySample) => number): Summary {
  const values = samples.map(of);
  const secondHalf = samples.slice(samples.length >> 1);
  return {
    first: values[0] ?? Number.NaN,
    last: values.at(-1) ?? Number.NaN,
    largest: values.length === 0 ? Number.NaN : Math.max(...values),
    slope: slopeOf(secondHalf.map((sample) => ({ x: sample.atMs / 60_000, y: of(sample) }))),
  };
}
