import type { RuntimeEffect } from "../../actor.ts";
import { addressText } from "../../messaging/address.ts";
import type { StreamMessage } from "../../ports/connection.ts";
import { addressOf } from "../workload/account.ts";
import type { Notification } from "../workload/account.ts";
import type { Receiver } from "../workload/receiver.ts";
import { decodeText } from "../workload/tally.ts";
import { epochMs } from "../world/world.ts";
import type { AccountRecord, WrittenEffect } from "./journals.ts";

// Each effect of a commit reached its receiver: at least once, in order, not before its commit, and once where the
// receiver knows idempotency keys.

export interface EffectEvidence {
  readonly records: ReadonlyMap<string, AccountRecord>;
  readonly receiver: Receiver;
  readonly events: readonly StreamMessage[];
  /** Effects that were given up and set aside. */
  readonly givenUp: ReadonlySet<string>;
}

/** When an effect first had its effect; undefined when it has not yet. */
function performedMs(
  evidence: EffectEvidence,
  effectKey: string,
  effect: RuntimeEffect | Notification,
): number | undefined {
  const { records, receiver, events } = evidence;
  if ("notify" in effect) return receiver.received.get(effectKey)?.firstMs;
  if (effect.runtime === "tell") return records.get(effect.to.key)?.steps.get(effectKey)?.storedMs;
  const text = JSON.stringify(effect.payload);
  const message = events.find(({ subject, data }) => subject === effect.subject && decodeText(data) === text);
  return message === undefined ? undefined : message.time - epochMs;
}

const effectKeyOf = (record: AccountRecord, { number }: WrittenEffect): string =>
  `${addressText(addressOf(record.key))}/${number}`;

/** Keys of effects that are committed and have not happened. Remembers what has, so that asking again is cheap. */
export class EffectWatch {
  readonly #performed = new Map<string, number>();

  missing(evidence: EffectEvidence): string[] {
    const missing: string[] = [];
    for (const record of evidence.records.values()) {
      for (const written of record.effects) {
        const key = effectKeyOf(record, written);
        if (this.#performed.has(key) || evidence.givenUp.has(key)) continue;
        const atMs = performedMs(evidence, key, written.effect as RuntimeEffect | Notification);
        if (atMs === undefined) missing.push(key);
        else this.#performed.set(key, atMs);
      }
    }
    return missing;
  }

  check(evidence: EffectEvidence, violation: (text: string) => void): void {
    const { records, receiver, events } = evidence;
    const say = (text: string): void => violation(`effects: ${text}`);
    for (const key of this.missing(evidence)) say(`${key} is committed and never happened`);
    const committed = new Set<string>();
    for (const record of records.values()) {
      let lastMs = 0;
      for (const written of record.effects) {
        const key = effectKeyOf(record, written);
        committed.add(key);
        const atMs = this.#performed.get(key);
        if (atMs === undefined) continue;
        const { notify } = written.effect as Partial<Notification>;
        const seen = receiver.received.get(key)?.notification;
        if (notify !== undefined && seen !== undefined && seen !== notify)
          say(`${key} was ${seen}, and is committed as ${notify}`);
        if (Math.ceil(atMs) < written.storedMs) say(`${key} happened before its commit`);
        if (Math.ceil(atMs) < Math.floor(lastMs)) say(`${key} happened before the one before it`);
        lastMs = atMs;
      }
    }
    for (const key of receiver.received.keys())
      if (!committed.has(key)) say(`${key} happened without a commit`);
    for (const text of receiver.contradictions) say(`one key for two effects: ${text}`);
    checkTells(records, committed, say);
    checkPublished(records, events, say);
  }
}

function checkTells(
  records: ReadonlyMap<string, AccountRecord>,
  committed: ReadonlySet<string>,
  say: (text: string) => void,
): void {
  for (const record of records.values()) {
    for (const { step } of record.steps.values()) {
      if (step.from === undefined) continue;
      if (step.id !== `${step.from.actor}/${step.from.number}`) say(`${step.id} is from ${step.from.actor}`);
      if (!committed.has(step.id)) say(`${step.id} was told without a commit`);
    }
  }
}

function checkPublished(
  records: ReadonlyMap<string, AccountRecord>,
  events: readonly StreamMessage[],
  say: (text: string) => void,
): void {
  const counts = new Map<string, number>();
  for (const { data } of events) {
    const text = decodeText(data);
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  for (const record of records.values()) {
    for (const { effect } of record.effects) {
      const { payload } = effect as { readonly payload?: unknown };
      if (payload === undefined) continue;
      const text = JSON.stringify(payload);
      const times = counts.get(text) ?? 0;
      if (times > 1) say(`${text} is published ${times} times`);
    }
  }
}
