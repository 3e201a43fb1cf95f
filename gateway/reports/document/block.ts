// A report between its data and its pages: what stands in which order, in words. Each format says how a block looks, and none
// adds anything, so that all of them say the same.

/** Colour is never alone: what has a tone also has a word for it. */
export type Tone = "good" | "bad" | "warn" | "quiet";

export interface Cell {
  /** Lines below one another; the first is the main one. */
  readonly lines: readonly string[];
  readonly tone?: Tone;
}

export interface Column {
  readonly title: string;
  /** Stands at the right, in figures of one width. */
  readonly isNumber?: boolean;
}

export interface Table {
  readonly kind: "table";
  readonly caption: string;
  readonly columns: readonly Column[];
  /** The first cell of a row names it. */
  readonly rows: readonly (readonly Cell[])[];
}

/** A drawing: markup that our own functions made, with texts escaped. Markdown says what it shows instead. */
export interface Figure {
  readonly kind: "figure";
  readonly title: string;
  readonly description: string;
  readonly markup: string;
}

export type Block =
  | { readonly kind: "heading"; readonly level: 2 | 3; readonly text: string }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "note"; readonly text: string }
  | { readonly kind: "list"; readonly items: readonly string[] }
  | { readonly kind: "facts"; readonly facts: readonly (readonly [name: string, text: string])[] }
  | { readonly kind: "call"; readonly tone: Tone; readonly text: string; readonly reason: string }
  | { readonly kind: "code"; readonly language: string; readonly text: string }
  | Table
  | Figure;

export interface Document {
  readonly title: string;
  /** What stands above the title. */
  readonly place: string;
  readonly blocks: readonly Block[];
}

export const heading = (text: string, level: 2 | 3 = 2): Block => ({ kind: "heading", level, text });
export const text = (content: string): Block => ({ kind: "text", text: content });
export const note = (content: string): Block => ({ kind: "note", text: content });

export const cell = (lines: string | readonly string[], tone?: Tone): Cell => ({
  lines: typeof lines === "string" ? [lines] : lines,
  ...(tone === undefined ? {} : { tone }),
});
/** What a table shows where there is nothing. */
export const nothing: Cell = { lines: ["–"] };
