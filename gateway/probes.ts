import type { WarehousePosition } from "../protocols/analytics-messages.ts";
import { kinds, organisationKey, streams, subjects } from "../protocols/topology.ts";
import type { Link, Room } from "./call.ts";
import { jsonAnswer, type Answer } from "./http.ts";
import { lettersPerMinuteMax, LetterWatch } from "./letters/letter-watch.ts";

export interface Part {
  readonly name: "log" | "directory" | "actors" | "analytics" | "letters";
  readonly ready: boolean;
  readonly detail?: string;
}

const askMsMax = 1_000;
/** A probe every few milliseconds asks the others once a second only. */
const cacheMs = 1_000;

/** `GET /ready`: every part that a request may need, each with its own word. */
export class Readiness {
  readonly #room: Room;
  readonly #letters: LetterWatch;
  #askedAt = Number.NEGATIVE_INFINITY;
  #answers: Promise<readonly Part[]> | undefined;

  constructor(room: Room) {
    this.#room = room;
    this.#letters = new LetterWatch(room.clock);
  }

  async answer(): Promise<Answer> {
    const now = this.#room.clock.monotonicMs();
    if (this.#answers === undefined || now - this.#askedAt > cacheMs) {
      this.#askedAt = now;
      this.#answers = this.#ask();
    }
    const parts = await this.#answers;
    const ready = parts.every((part) => part.ready);
    return jsonAnswer(ready ? 200 : 503, { ready, parts }, [["cache-control", "no-store"]]);
  }

  async #ask(): Promise<readonly Part[]> {
    const link = this.#room.link();
    const connected = link?.connection.status === "connected";
    const { loaded } = this.#room.directory;
    const status = link?.connection.status ?? "not connected yet";
    /** Of the latest batch of events: a log may answer and yet be full. */
    const { trouble } = this.#room.ingest;
    const parts: Part[] = [
      part("log", connected && trouble === undefined, connected ? (trouble ?? "") : status),
      part("directory", loaded, "not read yet"),
    ];
    if (link === undefined || !connected)
      return [...parts, part("actors", false, "no log"), part("analytics", false, "no log")];
    return [...parts, ...(await Promise.all([actors(link), analytics(link), this.#lettersNow(link)]))];
  }

  /** Letters make no request fail: the part only says that somebody should look. */
  async #lettersNow({ connection }: Link): Promise<Part> {
    const perMinute = await this.#letters.perMinute(connection).catch(() => 0);
    if (perMinute <= lettersPerMinuteMax) return { name: "letters", ready: true };
    const detail = `${perMinute} messages were set aside within a minute: weir deadletters ls`;
    return { name: "letters", ready: true, detail };
  }
}

const part = (name: Part["name"], ready: boolean, detail: string): Part =>
  ready ? { name, ready } : { name, ready, detail };

async function actors({ client }: Link): Promise<Part> {
  const address = { kind: kinds.organisation, key: organisationKey };
  const reply = await client.ask<unknown, never>(
    address,
    { type: "get" },
    { by: "gateway", timeoutMs: askMsMax },
  );
  return part("actors", reply.ok, reply.ok ? "" : reply.failure.code);
}

async function analytics({ connection }: Link): Promise<Part> {
  const { messaging, reader } = connection;
  const options = { timeoutMs: askMsMax };
  const reply = await messaging.request<WarehousePosition>(subjects.warehousePosition, {}, options);
  if (!reply.ok) return part("analytics", false, reply.failure.code);
  const newest = await reader.lastSequence(streams.events.name, subjects.allEvents).catch(() => 0);
  const behind = newest - reply.value.acknowledged;
  return { name: "analytics", ready: true, ...(behind > 0 ? { detail: `${behind} messages behind` } : {}) };
}
