import { ActorList, actorsPerPageMax } from "../../protocols/actor-operations.ts";
import type { ActorRow } from "../../protocols/actor-operations.ts";
import { routes } from "../../protocols/routes.ts";
import { Api } from "../api.ts";
import { durationText } from "../clock.ts";
import type { Target } from "../target.ts";
import { counted, textTable } from "../text-table.ts";
import { asideDeadlineMs } from "./deadline.ts";

export interface ListOptions {
  readonly kind?: string;
  readonly status?: string;
  readonly host?: string;
  readonly prefix?: string;
  readonly limit: number;
  readonly json?: boolean;
}

const titles = ["actor", "status", "host", "shard", "position", "behind", "waiting", "effects", "timers", "restarts", "idle"]; // prettier-ignore
const numeric = new Set([3, 4, 5, 6, 7, 8, 9, 10]);

/** `weir actors ls`: the text to print, and whether every host has answered. */
export async function listActors(
  target: Target,
  { json, limit, ...filter }: ListOptions,
): Promise<{ readonly text: string; readonly complete: boolean }> {
  const api = new Api({ ...target, deadlineMs: asideDeadlineMs });
  const items: ActorRow[] = [];
  let page: ActorList | undefined;
  do {
    const query: Record<string, string> = { limit: String(Math.min(actorsPerPageMax, limit - items.length)) };
    for (const [name, value] of Object.entries(filter)) if (value !== undefined) query[name] = value;
    if (page?.next !== undefined) query["cursor"] = page.next;
    page = ActorList.parse(await api.call(routes.actors.method, routes.actors.path, { query }));
    items.push(...page.items);
  } while (page.next !== undefined && items.length < limit);
  const { hosts, next } = page;
  const complete = hosts.every(({ answered }) => answered);
  if (json === true) return { text: JSON.stringify({ items, more: next !== undefined, hosts }), complete };
  const silent = hosts.filter(({ answered }) => !answered).map(({ name }) => name);
  const lines = [
    ...(items.length === 0
      ? ["No such actor is live; those asleep are in the journal."]
      : textTable(titles, items.map(cellsOf), numeric)),
    "",
    `${items.length} live${next === undefined ? "" : "; there are more: --limit"} · ${hosts.map(({ name, shards }) => `${name}: ${counted(shards, "shard")}`).join(", ")}`,
    ...(silent.length === 0 ? [] : [`No answer from ${silent.join(", ")}: their actors are missing here.`]),
    ...items.flatMap(({ kind, key, reason }) => (reason === undefined ? [] : [`${kind}/${key}: ${reason}`])),
  ];
  return { text: lines.join("\n"), complete };
}

function cellsOf(row: ActorRow): string[] {
  const { kind, key, status, host, shard, position, lag, mailbox, effectsWaiting, timers, restarts, idleMs } =
    row;
  const counts = [mailbox, effectsWaiting, timers, restarts].map(String);
  const behind = lag === undefined ? "–" : String(lag);
  return [
    `${kind}/${key}`,
    status,
    host,
    String(shard),
    String(position),
    behind,
    ...counts,
    durationText(idleMs),
  ];
}
