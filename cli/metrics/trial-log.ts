import { createHash } from "node:crypto";
import { ExperimentDefinition } from "../../protocols/experiment.ts";
import { bucketCount } from "../../protocols/flag.ts";
import { ExperimentKey, type UnitId } from "../../protocols/ids.ts";
import type { LogRecord } from "../../protocols/log-record.ts";
import { spanMs, type MetricTest, type TestEvent } from "../../protocols/metric-file.ts";
import type { Metric } from "../../protocols/metric.ts";

// A test of a metric file as a fold meets it: a definition, and a log in the order of the list.

const experiment = ExperimentKey.parse("test");
const flag = "test";

/** The pseudonym of a unit that a test names. */
export const testUnitId = (name: string): UnitId =>
  createHash("sha256").update(name).digest("base64url").slice(0, 22) as UnitId;

export interface TestLog {
  readonly definition: ExperimentDefinition;
  readonly records: readonly LogRecord[];
}

/** `metrics`: at least one. */
export function testLog({ experiment: setting, events }: MetricTest, metrics: readonly Metric[]): TestLog {
  const { variants, control = variants[0], unit, bots, begins } = setting;
  const share = Math.floor(bucketCount / variants.length);
  const [primary, ...secondary] = metrics.map(({ key }) => key);
  const definition = ExperimentDefinition.parse({
    experiment: {
      key: experiment,
      flag,
      variants: variants.map((key, index) => ({
        key,
        variation: key,
        weight: index === 0 ? bucketCount - share * (variants.length - 1) : share,
      })),
      control,
      metrics: { primary, secondary },
      ...(unit === undefined ? {} : { unit }),
      ...(bots === undefined ? {} : { bots }),
      status: "running",
      phase: 1,
      startedAt: begins,
    },
    metrics,
  });
  return { definition, records: events.map((event, index) => recordOf(event, index, begins)) };
}

function recordOf(event: TestEvent, index: number, begins: number): LogRecord {
  const ts = begins + spanMs(event.at);
  const at = event.received === undefined ? ts : begins + spanMs(event.received);
  const unit = testUnitId(event.unit);
  const base = { id: event.id ?? `event-${index}`, ts, at, unit };
  const tail = {
    ...base,
    ...(event.session === undefined ? {} : { session: event.session }),
    ...(event.properties === undefined ? {} : { metadata: event.properties }),
    ...(event.bot === true ? { bot: true as const } : {}),
  };
  if (event.exposure !== undefined)
    return { type: "exposure", ...tail, experiment, phase: 1, variant: event.exposure, flag };
  if (event.identify !== undefined) return { type: "identify", ...base, known: testUnitId(event.identify) };
  if (event.consent !== undefined) return { type: "consent", ...base, analytics: event.consent };
  return { type: "metric", ...tail, name: event.event ?? "", value: event.value ?? 0 };
}
