import type { MonitorView, TimelinePoint } from "../../protocols/monitor.ts";
import type { PublishedExperiment } from "../../protocols/experiment.ts";
import type { Timeline, TimelineLook } from "../../protocols/timeline.ts";
import type { Versioned } from "../../protocols/environment-messages.ts";
import type { Call, Room } from "../call.ts";
import { jsonAnswer, queryValue, type Answer } from "../http.ts";
import { formatOf } from "../reports/format.ts";
import { ask, environmentActor } from "./ask.ts";
import { addressOf, experimentOf, invalid } from "./experiment-result.ts";
import { numberedPageAsked, pageShown } from "./page.ts";

/** The monitor keeps no more points than this. */
const limits = { limitDefault: 100, limitMax: 400 };

/** `GET /v1/experiments/{key}/timeline`: what each look found, oldest first, as JSON or CSV. */
export async function getTimeline(room: Room, call: Call): Promise<Answer> {
  const of = experimentOf(room, call);
  if (!of.ok) return call.problem(of.failure);
  const format = formatOf(call.head, ["json", "csv"]);
  if (!format.ok) return call.problem(format.failure);
  const asked = numberedPageAsked(call.head.query, limits);
  if (!asked.ok) return call.problem(asked.failure);
  // The monitor of an experiment that is not there has no looks either: the environment knows the difference.
  const actor = environmentActor(of.value.environment);
  const question = { type: "get_entity", collection: "experiments", key: of.value.experiment };
  const known = await ask<Versioned<PublishedExperiment>>(room, call, actor, question);
  if (!known.ok) return call.problem(known.failure);
  const chosen = chosenOf(call, known.value.entity);
  if (!chosen.ok) return call.problem(chosen.failure);
  const view = await ask<MonitorView>(room, call, addressOf("monitor", of.value), { type: "get" }, "monitor");
  if (!view.ok) return call.problem(view.failure);
  const { limit, after = 0 } = asked.value;
  const rest = view.value.points.filter(({ at }) => at > after);
  const items = rest.slice(0, limit).map((point) => lookOf(point, chosen.value));
  const last = items.at(-1);
  const { automaticPauses } = known.value.entity;
  const page: Timeline = {
    ...pageShown({
      items,
      ...(rest.length > limit && last !== undefined ? { next: last.at } : {}),
    }),
    ...(automaticPauses === undefined ? {} : { automaticPauses }),
  };
  return format.value === "csv" ? csvAnswer(page) : jsonAnswer(200, page, [noCache, vary]);
}

const noCache = ["cache-control", "no-cache"] as const;
const vary = ["vary", "accept"] as const;

interface Chosen {
  readonly variant?: string;
  readonly metric?: string;
}

function chosenOf({ head }: Call, { variants, metrics }: PublishedExperiment) {
  const variant = queryValue(head.query, "variant");
  const metric = queryValue(head.query, "metric");
  const keys = variants.map(({ key }) => key as string);
  if (variant !== undefined && !keys.includes(variant))
    return invalid("variant", `must be one of ${keys.join(", ")}`);
  const known = [metrics.primary, ...metrics.secondary, ...metrics.guardrails].map(String);
  if (metric !== undefined && !known.includes(metric))
    return invalid("metric", `must be one of ${known.join(", ")}`);
  const chosen: Chosen = {
    ...(variant === undefined ? {} : { variant }),
    ...(metric === undefined ? {} : { metric }),
  };
  return { ok: true, value: chosen } as const;
}

function lookOf({ cells, ...point }: TimelinePoint, chosen: Chosen): TimelineLook {
  const effects = Object.entries(cells).flatMap(([name, [difference, low, high, pValue]]) => {
    const slash = name.indexOf("/");
    const [variant, metric] = [name.slice(0, slash), name.slice(slash + 1)];
    if ((chosen.variant ?? variant) !== variant || (chosen.metric ?? metric) !== metric) return [];
    return [{ variant, metric, difference, interval: [low, high] as const, pValue }];
  });
  return { ...point, effects };
}

const columns = "at,phase,plan_version,units,variant,metric,difference,low,high,p";

/** One line a look, variant and metric. Keys hold no comma and no quote. The next page is named in a header. */
function csvAnswer({ items, next }: Timeline): Answer {
  const lines = items.flatMap(({ at, phase, planVersion, units, effects }) =>
    effects.map(({ variant, metric, difference, interval: [low, high], pValue }) =>
      [
        new Date(at).toISOString(),
        phase,
        planVersion,
        units,
        variant,
        metric,
        difference,
        low,
        high,
        pValue,
      ].join(),
    ),
  );
  return {
    status: 200,
    headers: [
      ["content-type", "text/csv; charset=utf-8; header=present"],
      noCache,
      vary,
      ...(next === undefined ? [] : [["x-weir-next", String(next)] as const]),
    ],
    body: `${[columns, ...lines].join("\r\n")}\r\n`,
  };
}
