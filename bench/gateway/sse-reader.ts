/** Enough of an event to hold its id, and the frame of the transfer around it. */
const headLengthMax = 96;
const eventEnd = Buffer.from("\n\n");
const newline = 10;

/**
 * Finds where events end in the bytes of one stream, and the id of each. It looks at no more than their first bytes, so
 * that a thousand of them in one process keep up with what they measure.
 */
export class SseReader {
  readonly #onEvent: (id: number | undefined) => void;
  #head = "";
  #endedOnNewline = false;

  constructor(onEvent: (id: number | undefined) => void) {
    this.#onEvent = onEvent;
  }

  read(chunk: Buffer): void {
    let from = 0;
    if (this.#endedOnNewline && chunk[0] === newline) {
      this.#ended();
      from = 1;
    }
    for (;;) {
      const end = chunk.indexOf(eventEnd, from);
      const until = end < 0 ? chunk.length : end;
      if (this.#head.length < headLengthMax)
        this.#head += chunk.toString("latin1", from, Math.min(until, from + headLengthMax));
      if (end < 0) break;
      this.#ended();
      from = end + eventEnd.length;
    }
    this.#endedOnNewline = from < chunk.length && chunk[chunk.length - 1] === newline;
  }

  #ended(): void {
    const id = /(?:^|\n)id: (\d+)(?:\n|$)/.exec(this.#head)?.[1];
    this.#head = "";
    this.#onEvent(id === undefined ? undefined : Number(id));
  }
}
