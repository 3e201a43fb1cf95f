import { kinds, organisationKey, subjects } from "../protocols/topology.ts";
import type { Link, Room } from "./call.ts";
import { jsonAnswer, type Answer } from "./http.ts";

export interface Part {
  readonly name: "log" | "directory" | "actors" | "analytics";
  readonly ready: boolean;
  readonly detail?: string;
}

const askMsMax = 1_000;
/** A probe every few milliseconds asks the others once a second only. */
const cacheMs = 1_000;

/** `GET /ready`: every part that a request may need, each with its own word. */
export class Readiness {
  readonly #room: Room;
  #askedAt = Number.NEGATIVE_INFINITY;
  #answers: Promise<readonly Part[]> | undefined;

  constructor(room: Room) {
    this.#room = room;
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
    const parts: Part[] = [
      part("log", connected, link?.connection.status ?? "not connected yet"),
      part("directory", loaded, "not read yet"),
    ];
    if (link === undefined || !connected)
      return [...parts, part("actors", false, "no log"), part("analytics", false, "no log")];
    return [...parts, ...(await Promise.all([actors(link), analytics(link)]))];
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
  const reply = await connection.messaging.request(subjects.warehousePosition, {}, { timeoutMs: askMsMax });
  return part("analytics", reply.ok, reply.ok ? "" : reply.failure.code);
}
