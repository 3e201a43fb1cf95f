/** One measured number. */
export interface BenchRow {
  readonly case: string;
  readonly value: number;
  readonly unit: string;
  /** value ÷ the value of the row named by `against`, both of this run: the only number that travels between machines. */
  readonly ratio?: number;
  readonly against?: string;
}

export interface BenchReport {
  readonly name: string;
  readonly rows: readonly BenchRow[];
  /** What a reader must know to judge the numbers. */
  readonly notes?: readonly string[];
}

export interface BenchOptions {
  /** 1 measures properly; a tenth tries the machinery in seconds. */
  readonly scale: number;
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
export function tableOf({ name, rows, notes = [] }: BenchReport): string {
  const cells = [
    ["case", "value", "unit", "ratio"],
    ...rows.map((row) => [row.case, shown(row.value), row.unit, ratioText(row)]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((line) => (line[column] ?? "").length)));
  const lines = cells.map((line) =>
    line
      .map((cell, column) =>
        column === 1 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
  return [`# ${name}`, ...lines, ...notes.map((note) => `· ${note}`), ""].join("\n");
}

const ratioText = ({ ratio, against }: BenchRow): string =>
  ratio === undefined ? "" : `${ratio.toPrecision(3)} × ${against ?? "the limit"}`;

function shown(value: number): string {
  const magnitudes: readonly (readonly [number, string])[] = [
    [1e9, " G"],
    [1e6, " M"],
    [1e3, " k"],
  ];
  const [size, letter] = magnitudes.find(([least]) => Math.abs(value) >= least) ?? [1, ""];
  return `${(value / size).toPrecision(3)}${letter}`;
}
