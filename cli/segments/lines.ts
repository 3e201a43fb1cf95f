import { createReadStream } from "node:fs";
import { CliFailure, sentenceOf } from "../failure.ts";

const chunkBytes = 1024 * 1024;
/** A thousand times the longest key: what has no line ends is no list. */
const lineLengthMax = 1024 * 1024;

export interface KeyLine {
  readonly key: string;
  readonly line: number;
}

/** The lines of a text file that say something, in chunks. */
export async function* readLines(file: string): AsyncGenerator<readonly KeyLine[]> {
  let rest = "";
  let line = 0;
  const linesOf = (text: string): KeyLine[] => {
    const lines = text.split("\n");
    rest = lines.pop() ?? "";
    const found: KeyLine[] = [];
    for (const each of lines) {
      line++;
      const key = line === 1 ? withoutMark(each) : each;
      if (key.trim() !== "") found.push({ key: key.endsWith("\r") ? key.slice(0, -1) : key, line });
    }
    return found;
  };
  try {
    for await (const chunk of createReadStream(file, { encoding: "utf8", highWaterMark: chunkBytes })) {
      yield linesOf(rest + String(chunk));
      if (rest.length > lineLengthMax) throw new CliFailure("no_lines", `${file} has no lines of text`);
    }
  } catch (error) {
    if (error instanceof CliFailure) throw error;
    throw new CliFailure("file_unreadable", `cannot read ${file}: ${sentenceOf(error)}`, { cause: error });
  }
  yield linesOf(`${rest}\n`);
}

const withoutMark = (text: string): string => text.replace(/^\uFEFF/, "");
