import { z } from "zod";
import { BreakdownRequest } from "../protocols/breakdown.ts";
import { DepthRequest } from "../protocols/depth.ts";
import { DeleteUnitRequest, SqlRequest, WarehouseSummaryRequest } from "../protocols/analytics-messages.ts";
import type { WarehousePosition } from "../protocols/analytics-messages.ts";
import { LogRowsRequest } from "../protocols/stored-record.ts";
import { fail, issuesOf, succeed } from "../protocols/errors.ts";
import { ExperimentDefinition } from "../protocols/experiment.ts";
import { EnvironmentKey } from "../protocols/ids.ts";
import { RowRequest } from "../protocols/row-answers.ts";
import type { Answer } from "../protocols/failures.ts";
import type { ReportQuery } from "../protocols/report.ts";
import type { ExperimentSummary } from "../protocols/results.ts";
import { MonitorShape } from "../protocols/monitor.ts";
import { EpochMs } from "../protocols/time.ts";
import { subjects } from "../protocols/topology.ts";
import type { Clock, Messaging } from "../runtime/index.ts";
import type { Warehouse } from "./clickhouse.ts";
import type { Asides } from "./asides/asides.ts";
import type { Audit } from "./audit/audit.ts";
import { answerDepth } from "./depth/serve-depth.ts";
import type { EventWatch } from "./freshness/watch.ts";
import type { Forgetting } from "./forgetting.ts";
import { LogPages } from "./past/log-pages.ts";
import { servePlanning } from "./planning/serve-planning.ts";
import type { Pool } from "./pool.ts";
import type { RollupKeeper } from "./rollups/keeper.ts";
import type { RowDesk } from "./rows/desk.ts";
import { answerRows } from "./rows/serve-rows.ts";
import { feeds } from "./sink/feed.ts";
import { readMark } from "./sink/mark.ts";
import type { Sink } from "./sink/sink.ts";
import { sqlOf } from "./summary/sql-of.ts";
import { summaryAskedOnce } from "./summary/asked-once.ts";
import { failureText } from "./warehouse-failure.ts";
import type { WarehouseFailure } from "./warehouse-failure.ts";

// What other processes may ask of analytics. Any process of the group answers.

const queue = "analytics";
const readySubject = "analytics.ready";
/** A warehouse that starts needs seconds; asking more often than this changes nothing. */
const retryAfterMs = 1_000;

/** What there is once the warehouse has come up. */
export interface WarehouseParts {
  readonly warehouse: Warehouse;
  /** Of the events. */
  readonly sink: Sink;
  readonly decisions: Sink;
  readonly audit: Pick<Audit, "figures">;
  readonly watch: Pick<EventWatch, "records">;
  readonly rows: RowDesk;
  readonly rollups: Pick<RollupKeeper, "figures">;
  /** Of the embedded warehouse. */
  readonly asides?: Pick<Asides, "figures"> | undefined;
  readonly forgetting: Pick<Forgetting, "forget">;
  readonly clock: Clock;
  readonly marks: Parameters<typeof readMark>[0];
}

/** The summary is ours, made by actors from counts: its shape is trusted. The definition came from a person. */
const AnalyseMessage = z.object({
  environment: EnvironmentKey.optional(),
  definition: ExperimentDefinition,
  summary: z.custom<ExperimentSummary>(),
  monitor: MonitorShape.optional(),
  takesLooks: z.boolean().optional(),
  at: EpochMs.optional(),
});

/** Statistics need no warehouse and are served at once; the rest answers as soon as `parts` has it. */
export async function serveAnalytics(
  messaging: Messaging,
  pool: Pool,
  parts: () => WarehouseParts | undefined,
  clock: Clock,
): Promise<() => Promise<void>> {
  let pages: { readonly of: WarehouseParts; readonly log: LogPages } | undefined;
  const logRows = (payload: unknown, present: WarehouseParts): Promise<Answer> =>
    parsed(LogRowsRequest, payload, async (request) => {
      if (pages?.of !== present) pages = { of: present, log: new LogPages(present) };
      const answer = await pages.log.read(request);
      return answer.ok ? answer : refused(answer.failure);
    });
  const handlers: Record<string, (payload: unknown, parts: WarehouseParts) => Promise<Answer>> = {
    [subjects.warehouseSummary]: summary,
    [subjects.deleteUnit]: deletion,
    [subjects.logRows]: logRows,
    [subjects.rowAnswer]: (payload, { rows }) =>
      parsed(RowRequest, payload, (request) => answerRows(rows, request)),
    [subjects.depth]: (payload, { rows }) =>
      parsed(DepthRequest, payload, (request) => answerDepth(rows, request)),
    [subjects.warehousePosition]: async (_, present) => succeed(await position(present)),
    [readySubject]: ready,
  };
  const stops = [
    await messaging.serve(
      subjects.analyse,
      (payload) =>
        parsed(AnalyseMessage, payload, async ({ environment, ...request }) => {
          const { experiment } = request.definition;
          if (environment === undefined) return pool.analyse(request, `/${experiment.key}`);
          const rows = parts()?.rows.latest(environment, request.definition) ?? {};
          const answer = await pool.analyse({ ...request, rows }, `${environment}/${experiment.key}`);
          return !answer.ok || Object.keys(rows).length === 0 ? answer : succeed({ ...answer.value, rows });
        }),
      { queue },
    ),
    await messaging.serve(
      subjects.breakdown,
      (payload) => parsed(BreakdownRequest, payload, (request) => pool.breakdown(request)),
      { queue },
    ),
    ...(await servePlanning({ messaging, pool, clock, warehouse: () => parts()?.warehouse })),
    await messaging.serve(subjects.sql, (payload) => parsed(SqlRequest, payload, statements), { queue }),
  ];
  for (const [subject, handler] of Object.entries(handlers)) {
    const answer = async (payload: unknown): Promise<Answer> => {
      const present = parts();
      return present === undefined ? unavailable("the warehouse is starting") : handler(payload, present);
    };
    stops.push(await messaging.serve(subject, answer, { queue }));
  }
  return async () => {
    await Promise.all(stops.map((stop) => stop()));
  };
}

const statements = async ({ environment, definition }: SqlRequest): Promise<Answer> =>
  succeed(
    definition.metrics.map((metric): ReportQuery => ({
      metric: metric.key,
      sql: sqlOf(environment, definition, metric),
    })),
  );

const summary = (payload: unknown, { warehouse }: WarehouseParts): Promise<Answer> =>
  parsed(WarehouseSummaryRequest, payload, async (request) => {
    const answer = await summaryAskedOnce(warehouse, request);
    return answer.ok ? answer : refused(answer.failure);
  });

const deletion = (payload: unknown, { forgetting }: WarehouseParts): Promise<Answer> =>
  parsed(DeleteUnitRequest, payload, async ({ environment, unit }) => {
    const answer = await forgetting.forget(environment, unit);
    return answer.ok ? answer : refused(answer.failure);
  });

/** A process that stands by knows from the mark only. */
async function position({ sink, marks }: WarehouseParts): Promise<WarehousePosition> {
  if (sink.state === "running") return sink.position;
  return { acknowledged: (await readMark(marks, feeds.events.markKey)).mark.acknowledged };
}

async function ready(_: unknown, parts: WarehouseParts): Promise<Answer> {
  if (!(await parts.warehouse.ping())) return unavailable("the warehouse does not answer");
  return succeed({ ready: true, sink: parts.sink.state, ...(await position(parts)) });
}

async function parsed<Message>(
  schema: z.ZodType<Message>,
  payload: unknown,
  handle: (message: Message) => Promise<Answer>,
): Promise<Answer> {
  const message = schema.safeParse(payload);
  return message.success
    ? handle(message.data)
    : fail({ code: "invalid_message", issues: issuesOf(message.error) });
}

const refused = (failure: WarehouseFailure): Answer => unavailable(failureText(failure));
const unavailable = (reason: string): Answer => fail({ code: "warehouse_unavailable", reason, retryAfterMs });
