import { ActorDetail } from "../../protocols/actor-operations.ts";
import type { CommitSummary, Excerpt } from "../../protocols/actor-operations.ts";
import { routes } from "../../protocols/routes.ts";
import { Api } from "../api.ts";
import { durationText } from "../clock.ts";
import type { Target } from "../target.ts";
import { counted, textTable } from "../text-table.ts";
import { addressOf, pathFor } from "./address.ts";
import { asideDeadlineMs } from "./deadline.ts";

/** `weir actors show`. */
export async function showActor(target: Target, address: string, json: boolean): Promise<string> {
  const { method, path } = routes.actor;
  const api = new Api({ ...target, deadlineMs: asideDeadlineMs });
  const detail = ActorDetail.parse(await api.call(method, pathFor(path, addressOf(address))));
  return json ? JSON.stringify(detail) : textOf(detail);
}

function textOf(detail: ActorDetail): string {
  const { kind, key, type, host, shard, live, snapshot, timers, effects } = detail;
  const held = `${type}, shard ${shard} at host ${host}`;
  return [
    `${kind}/${key}: ${live?.status ?? "asleep"} (${held})`,
    ...(live === undefined ? [] : liveLines(live)),
    ...journalLines(detail),
    ...streamLines(detail),
    ...(snapshot === undefined ? [] : [snapshotLine(snapshot)]),
    ...timers.map(({ name, at, message }) => `timer     ${name} at ${instant(at)}: ${oneLine(message)}`),
    ...effects.map(({ number, effect }) => `effect    ${number} not known as performed: ${oneLine(effect)}`),
    ...(detail.problem === undefined ? [] : [`PROBLEM   ${detail.problem}`]),
    ...stateLines(detail),
  ].join("\n");
}

function liveLines(live: NonNullable<ActorDetail["live"]>): string[] {
  const parts = [
    `position ${live.position}`,
    ...(live.lag === undefined ? [] : [`${counted(live.lag, "message")} behind`]),
    `${counted(live.mailbox, "command")} waiting`,
    `${counted(live.effectsWaiting, "effect")} waiting`,
    counted(live.timers, "timer"),
    counted(live.restarts, "restart"),
    `asked ${durationText(live.idleMs)} ago`,
  ];
  return [
    `live      epoch ${live.epoch}, ${parts.join(", ")}`,
    ...(live.reason === undefined ? [] : [`parked    ${live.reason}`]),
  ];
}

const titles = ["sequence", "time", "epoch", "by", "steps", "events", "effects"];
const numeric = new Set([0, 2, 4, 5, 6]);

function journalLines({ journal }: ActorDetail): string[] {
  if (journal === undefined) return [];
  const { subject, first, newest, events, effects } = journal;
  const cells = ({ sequence, at, epoch, by, ...counts }: CommitSummary): string[] => [
    String(sequence),
    instant(at),
    String(epoch),
    by,
    ...[counts.steps, counts.events, counts.effects].map(String),
  ];
  const since = `${counted(events, "event")} and ${counted(effects, "effect")} since ${instant(first.at)}`;
  const table = newest.length === 0 ? [] : textTable(titles, newest.map(cells), numeric);
  return [`journal   ${subject}: ${since}`, ...table.map((line) => `  ${line}`)];
}

function streamLines({ stream }: ActorDetail): string[] {
  if (stream === undefined) return [];
  const { stream: name, subject, first, last } = stream;
  return [`stream    ${subject}: newest message ${last}; ${name} begins at ${first}`];
}

function snapshotLine({ position, version, bytes, time }: NonNullable<ActorDetail["snapshot"]>): string {
  const upTo = time === undefined ? "" : `, up to a message of ${instant(time)}`;
  return `snapshot  at ${position}, version ${version}, ${bytes} bytes${upTo}`;
}

function stateLines({ state, statePosition }: ActorDetail): string[] {
  if (state === undefined) return [];
  const text = JSON.stringify(state.value, null, 2).replaceAll("\n", "\n  ");
  const notes = [
    ...(statePosition === undefined ? [] : [`at ${statePosition}`]),
    ...(state.cut ? ["cut: it is too large to be shown whole"] : []),
  ];
  return [`state     ${notes.join(", ")}`.trimEnd(), `  ${text}`];
}

const instant = (at: number): string => new Date(at).toISOString();
const oneLine = ({ value, cut }: Excerpt): string => `${JSON.stringify(value)}${cut ? " (cut)" : ""}`;
