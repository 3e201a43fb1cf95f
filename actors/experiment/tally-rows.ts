import { grown, owned } from "./columns.ts";

// What every unit of an experiment has: variant and t0, in 9 bytes. Where dimensions or sessions are looked at, also the
// exposure's place in the log, which decides between two of the same moment, and its session: 8 bytes each.

/** In the variant column: a crossover, and a row of no unit. */
export const crossed = 255;
const vacant = 254;
export const variantsMax = vacant - 1;

/** When a unit began to count. */
export interface Start {
  readonly ts: number;
  /** Place in the log. */
  readonly order: number;
  /** Hash of the session's name; 0 without one. */
  readonly session: number;
}

export interface TallyRowsImage {
  readonly variants: Uint8Array;
  readonly startedAt: Float64Array;
  readonly orders?: Float64Array;
  readonly sessions?: Float64Array;
}

export class TallyRows {
  #length: number;
  readonly #vacant: number[] = [];
  #variants: Uint8Array;
  #startedAt: Float64Array;
  #orders: Float64Array | undefined;
  #sessions: Float64Array | undefined;

  constructor(keeps: { readonly orders: boolean; readonly sessions: boolean }, image?: TallyRowsImage) {
    this.#variants = owned(image?.variants ?? new Uint8Array());
    this.#startedAt = owned(image?.startedAt ?? new Float64Array());
    this.#orders = keeps.orders ? owned(image?.orders ?? new Float64Array()) : undefined;
    this.#sessions = keeps.sessions ? owned(image?.sessions ?? new Float64Array()) : undefined;
    this.#length = this.#variants.length;
    for (let row = 0; row < this.#length; row++) if (this.#variants[row] === vacant) this.#vacant.push(row);
  }

  /** Rows in use or free. */
  get length(): number {
    return this.#length;
  }

  get byteLength(): number {
    const optional = (this.#orders?.byteLength ?? 0) + (this.#sessions?.byteLength ?? 0);
    return this.#variants.byteLength + this.#startedAt.byteLength + optional;
  }

  variant(row: number): number {
    return this.#variants[row] as number;
  }

  setVariant(row: number, variant: number): void {
    this.#variants[row] = variant;
  }

  startedAt(row: number): number {
    return this.#startedAt[row] as number;
  }

  session(row: number): number {
    return this.#sessions === undefined ? 0 : (this.#sessions[row] as number);
  }

  startOf(row: number): Start {
    const order = this.#orders?.[row] ?? 0;
    return { ts: this.#startedAt[row] as number, order, session: this.session(row) };
  }

  /** A row of that variant whose unit has not begun to count. */
  open(variant: number): number {
    const row = this.#vacant.pop() ?? this.#length++;
    this.#variants = grown(this.#variants, row + 1);
    this.#startedAt = grown(this.#startedAt, row + 1);
    if (this.#orders !== undefined) this.#orders = grown(this.#orders, row + 1);
    if (this.#sessions !== undefined) this.#sessions = grown(this.#sessions, row + 1);
    this.#variants[row] = variant;
    this.#startedAt[row] = Number.POSITIVE_INFINITY;
    return row;
  }

  start(row: number, { ts, order, session }: Start): void {
    this.#startedAt[row] = ts;
    if (this.#orders !== undefined) this.#orders[row] = order;
    if (this.#sessions !== undefined) this.#sessions[row] = session;
  }

  /** Whether an exposure comes before the one at t0. */
  isBefore({ ts, order }: Start, row: number): boolean {
    const startedAt = this.#startedAt[row] as number;
    if (ts !== startedAt || this.#orders === undefined) return ts < startedAt;
    return order < (this.#orders[row] as number);
  }

  release(row: number): void {
    this.#variants[row] = vacant;
    this.#vacant.push(row);
  }

  image(): TallyRowsImage {
    const rows = this.#length;
    return {
      variants: this.#variants.subarray(0, rows),
      startedAt: this.#startedAt.subarray(0, rows),
      ...(this.#orders === undefined ? {} : { orders: this.#orders.subarray(0, rows) }),
      ...(this.#sessions === undefined ? {} : { sessions: this.#sessions.subarray(0, rows) }),
    };
  }
}
