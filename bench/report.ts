/** One measured number. */
export interface BenchRow {
  readonly case: string;
  readonly value: number;
  readonly unit: string;
  /** value ÷ the value of the row named by `against`, both of this run: the only number that travels between machines. */
  readonly ratio?: number;
  readonly against?: string;
  readonly goal?: Goal;
}

/** What a figure should be, and whether it is. */
export interface Goal {
  readonly text: string;
  readonly met: boolean;
}

/** For a ratio. */
export const atLeast = (ratio: number, least: number): Goal => ({ text: `≥ ${least}`, met: ratio >= least });
/** For a ratio or a value. */
export const atMost = (value: number, bound: number): Goal => ({ text: `≤ ${bound}`, met: value <= bound });
/** For a value, in its row's unit. */
export const below = (value: number, bound: number): Goal => ({ text: `< ${bound}`, met: value < bound });

export interface BenchReport {
  readonly name: string;
  readonly rows: readonly BenchRow[];
  /** Lines for a person in place of the rows, when these are too many to be read one by one. */
  readonly table?: readonly string[];
  /** What a reader must know to judge the numbers. */
  readonly notes?: readonly string[];
}

export interface BenchOptions {
  /** 1 measures properly; a tenth tries the machinery in seconds. */
  readonly scale: number;
  /** Fetch first what is optional and missing, for a bench that has such things. */
  readonly install?: boolean;
  /** Name of one part, for a bench that has several; all of them when absent. */
  readonly only?: string;
  /** Told what is being measured, for a person who waits. */
  readonly progress: (line: string) => void;
}

/** What every file that bench/main.ts offers exports as `run`. */
export type BenchRun = (options: BenchOptions) => Promise<BenchReport>;

/** The middle of an odd number of values; of an even number, the lower middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[(sorted.length - 1) >> 1] ?? Number.NaN;
}

export const jsonOf = (report: BenchReport): string => `${JSON.stringify(report, undefined, 2)}\n`;

/** A table for a terminal; numbers to the right, in three digits that matter. */
export function tableOf({ name, rows, table = linesOf(rows), notes = [] }: BenchReport): string {
  return [`# ${name}`, ...table, ...notes.map((note) => `· ${note}`), ""].join("\n");
}

function linesOf(rows: readonly BenchRow[]): string[] {
  const head = ["case", "value", "unit", "ratio", ...(rows.some(({ goal }) => goal) ? ["goal"] : [])];
  const cells = [
    head,
    ...rows.map((row) => [row.case, magnitude(row.value), row.unit, ratioText(row), goalText(row)]),
  ];
  const widths = head.map((_, column) => Math.max(...cells.map((line) => (line[column] ?? "").length)));
  return cells.map((line) =>
    line
      .map((cell, column) =>
        column === 1 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
}

const ratioText = ({ ratio, against }: BenchRow): string =>
  ratio === undefined ? "" : `${ratio.toPrecision(3)} × ${against ?? "the limit"}`;

const goalText = ({ goal }: BenchRow): string =>
  goal === undefined ? "" : `${goal.text} ${goal.met ? "met" : "MISSED"}`;

/** Three digits that matter, and a letter for the thousands. */
export function magnitude(value: number): string {
  const magnitudes: readonly (readonly [number, string])[] = [
    [1e9, " G"],
    [1e6, " M"],
    [1e3, " k"],
  ];
  const [size, letter] = magnitudes.find(([least]) => Math.abs(value) >= least) ?? [1, ""];
  return `${(value / size).toPrecision(3)}${letter}`;
}
