import { hash } from "node:crypto";
import { ExperimentDefinition } from "../../protocols/experiment.ts";
import type { ExperimentKey, Key, UnitId } from "../../protocols/ids.ts";
import type { DefinitionRecord, LogRecord } from "../../protocols/log-record.ts";
import { sequenceOf } from "../evaluation/users.ts";

// What gateways write to a partition, made up: the same in every run.

/** Of a hundred experiments each reads one name in ten, so that each event is read by ten. */
const namesOf = (experiments: number): string[] =>
  experiments === 1 ? ["buy"] : Array.from({ length: 10 }, (_, index) => `event-${index}`);
const membershipsMax = 3;
const startedAt = Date.UTC(2026, 0, 15);

export const definitionsOf = (experiments: number): DefinitionRecord[] =>
  Array.from({ length: experiments }, (_, index): DefinitionRecord => {
    const event = namesOf(experiments)[index % namesOf(experiments).length];
    return {
      type: "definition",
      id: `definition-${index}`,
      at: startedAt,
      planVersion: 1,
      definition: ExperimentDefinition.parse({
        experiment: {
          key: `experiment-${index}`,
          flag: "flag",
          variants: [
            { key: "a", variation: "a", weight: 5_000 },
            { key: "b", variation: "b", weight: 5_000 },
          ],
          control: "a",
          metrics: { primary: "bought" },
          status: "running",
          phase: 1,
        },
        metrics: [
          { key: "bought", definition: { type: "binary", event } },
          { key: "revenue", definition: { type: "sum", event } },
          { key: "basket", definition: { type: "mean", event } },
        ],
      }),
    };
  });

interface Kind {
  readonly count: number;
  readonly units: number;
  readonly experiments: number;
  /** Each unit once, exposed. */
  readonly exposuresOnly?: boolean;
}

/** Of a hundred events so many come before their unit's exposure, or from a unit that has none. */
const earlyPerHundred = 5;

/**
 * One in ten is an exposure, unit after unit; events are of units exposed by then, but for a few. A unit is in one
 * experiment of one, in three of a hundred; values are amounts in cents.
 */
export function recordsOf({ count, units, experiments, exposuresOnly = false }: Kind): LogRecord[] {
  const next = sequenceOf(7);
  const draw = (below: number): number => Math.floor(next(below));
  const ids = Array.from({ length: units }, (_, index) => unitIdOf(index));
  const names = namesOf(experiments);
  return Array.from({ length: count }, (_, index): LogRecord => {
    const at = startedAt + index;
    const common = { id: `0197f2c0-${index.toString(16).padStart(12, "0")}`, ts: at - 20, at };
    const exposed = exposuresOnly ? index : Math.floor(index / 10);
    if (!exposuresOnly && index % 10 !== 0) {
      const among = draw(100) < earlyPerHundred ? units : Math.min(units, exposed + 1);
      const unit = ids[draw(among)] as UnitId;
      const name = names[draw(names.length)] as string;
      return { type: "metric", ...common, unit, name, value: draw(20_000) / 100 };
    }
    const unit = exposed % units;
    const experiment = (unit * 31 + (Math.floor(exposed / units) % membershipsMax) * 7) % experiments;
    return {
      type: "exposure",
      ...common,
      unit: ids[unit] as UnitId,
      experiment: `experiment-${experiment}` as ExperimentKey,
      phase: 1,
      variant: (unit % 2 === 0 ? "a" : "b") as Key,
      flag: "flag",
    };
  });
}

export function* batchesOf(records: readonly LogRecord[], length: number): Generator<LogRecord[]> {
  for (let index = 0; index < records.length; index += length) yield records.slice(index, index + length);
}

const unitIdOf = (index: number): UnitId => hash("sha256", String(index), "base64url").slice(0, 22) as UnitId;
