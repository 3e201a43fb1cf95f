import { createParser } from "eventsource-parser";
import { authorised, type World } from "./world.ts";

export interface StreamEvent {
  readonly event: string;
  readonly data: string;
  /** When it was read, by this process's monotonic clock, ms. */
  readonly readMs: number;
}

/** Follows an SSE route and hands each event on as it is read. Resolves, once connected, to a stop function. */
export async function followEvents(
  world: World,
  path: string,
  listener: (event: StreamEvent) => void,
): Promise<() => void> {
  const stopped = new AbortController();
  const response = await fetch(world.weir.url + path, { headers: authorised(world), signal: stopped.signal });
  if (response.body === null || !response.ok) throw new Error(`${path}: status ${response.status}`);
  const parser = createParser({
    onEvent: ({ event = "message", data }) => listener({ event, data, readMs: performance.now() }),
  });
  const decoder = new TextDecoder();
  const body = response.body;
  const read = async (): Promise<void> => {
    for await (const chunk of body) parser.feed(decoder.decode(chunk as Uint8Array, { stream: true }));
  };
  read().catch(() => undefined); // ends with the abort below
  return () => stopped.abort();
}
