import { createParser } from "eventsource-parser";

/** What a browser has and Node 22 hides behind a flag: as much of EventSource as OpenFeature's provider needs. */
export class TestEventSource extends EventTarget {
  static readonly #all = new Set<TestEventSource>();
  static #opened = Promise.withResolvers<void>();
  readonly #stopped = new AbortController();
  readyState = 0;

  constructor(url: string) {
    super();
    TestEventSource.#all.add(this);
    void this.#run(url).catch(() => {
      this.readyState = 2;
      this.dispatchEvent(new Event("error"));
    });
  }

  /** Resolves when one of them is connected. */
  static opened(): Promise<void> {
    return TestEventSource.#opened.promise;
  }

  static closeAll(): void {
    for (const source of TestEventSource.#all) source.close();
  }

  close(): void {
    this.readyState = 2;
    this.#stopped.abort();
  }

  async #run(url: string): Promise<void> {
    const { signal } = this.#stopped;
    const response = await fetch(url, { headers: { accept: "text/event-stream" }, signal });
    if (!response.ok) throw new Error(`status ${response.status}`);
    this.readyState = 1;
    this.dispatchEvent(new Event("open"));
    TestEventSource.#opened.resolve();
    const parser = createParser({
      onEvent: ({ event = "message", data, id = "" }) =>
        this.dispatchEvent(new MessageEvent(event, { data, lastEventId: id })),
    });
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? [])
      parser.feed(decoder.decode(chunk as Uint8Array, { stream: true }));
  }
}
