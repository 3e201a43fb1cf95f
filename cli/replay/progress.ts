import { SingleBar } from "cli-progress";
import type { Clock } from "../clock.ts";

export interface Progress {
  step(text: string): void;
  start(total: number): void;
  at(rows: number): void;
  end(): void;
}

export const silentProgress: Progress = { step() {}, start() {}, at() {}, end() {} };

/** Between plain lines: a log of a long replay stays readable. */
const plainIntervalMs = 3_000;

/** On stderr, since stdout is for the answer: a bar on a terminal, else a line every few seconds. */
export function terminalProgress(stream: NodeJS.WriteStream, clock: Clock, things = "rows"): Progress {
  const write = (line: string): void => void stream.write(`${line}\n`);
  return stream.isTTY ? barProgress(stream, things) : plainProgress(write, clock, things);
}

function barProgress(stream: NodeJS.WriteStream, things: string): Progress {
  const bar = new SingleBar({
    stream,
    format: `{bar} {percentage} %  {value} of {total} ${things}  {eta_formatted} left`,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    hideCursor: true,
    clearOnComplete: true,
  });
  return {
    step: (text) => void stream.write(`${text}\n`),
    start: (total) => bar.start(total, 0),
    at: (rows) => bar.update(rows),
    end: () => bar.stop(),
  };
}

export function plainProgress(write: (line: string) => void, clock: Clock, things = "rows"): Progress {
  let total = 0;
  let saidAt = 0;
  return {
    step: write,
    start(rows) {
      total = rows;
      saidAt = clock.now();
    },
    at(rows) {
      if (clock.now() - saidAt < plainIntervalMs) return;
      saidAt = clock.now();
      write(`${rows} of ${total} ${things}`);
    },
    end() {},
  };
}
