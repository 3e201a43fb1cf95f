import { eventHash, hash64, type Hash64 } from "../../protocols/hash64.ts";
import type { EventRecord } from "../../protocols/log-record.ts";

/** A record as the log holds it, and what tells it apart from others. */
export interface RecordText {
  readonly line: string;
  /** Of its type and id. */
  readonly id: Hash64;
  /** Of what its sender said: a repetition says the same, whatever time it arrives and whatever plan is in force. */
  readonly content: Hash64;
}

/** `givenTs` is the time as the client wrote it, before any correction; undefined when it gave none. */
export function recordText(record: EventRecord, givenTs: number | undefined): RecordText {
  const head = `{"type":"${record.type}","id":${quoted(record.id)},"ts":${record.ts},"at":${record.at},`;
  const { said, added } = partsOf(record);
  return {
    line: `${head}${said}${added}}`,
    id: eventHash(record.type, record.id),
    content: hash64(givenTs === undefined ? said : `${givenTs},${said}`),
  };
}

/** By hand for the common two: their keys and pseudonyms hold nothing that JSON would escape. */
function partsOf(record: EventRecord): { readonly said: string; readonly added: string } {
  switch (record.type) {
    case "exposure": {
      const { unit, experiment, variant, phase, flag } = record;
      const said = `"unit":"${unit}","experiment":"${experiment}","variant":"${variant}"${restOf(record)}`;
      return { said, added: `,"phase":${phase},"flag":"${flag}"` };
    }
    case "metric": {
      const { unit, name, value } = record;
      return { said: `"unit":"${unit}","name":"${name}","value":${value}${restOf(record)}`, added: "" };
    }
    case "decision": {
      const { type: _type, id: _id, ts: _ts, at: _at, phase, ...others } = record;
      return { said: inside(others), added: phase === undefined ? "" : `,"phase":${phase}` };
    }
    case "slot":
    case "reward":
    case "shadow":
    case "identify":
    case "consent": {
      const { type: _type, id: _id, ts: _ts, at: _at, ...others } = record;
      return { said: inside(others), added: "" };
    }
  }
}

function restOf({
  session,
  metadata,
  bot,
}: Extract<EventRecord, { readonly type: "exposure" | "metric" }>): string {
  let text = "";
  if (session !== undefined) text += `,"session":"${session}"`;
  if (metadata !== undefined) text += `,"metadata":${JSON.stringify(metadata)}`;
  if (bot === true) text += `,"bot":true`;
  return text;
}

const inside = (members: object): string => JSON.stringify(members).slice(1, -1);

const plainId = /^[\w.:-]+$/;
const quoted = (id: string): string => (plainId.test(id) ? `"${id}"` : JSON.stringify(id));
