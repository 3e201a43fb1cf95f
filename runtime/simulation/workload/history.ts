import type { AccountMessage, AccountState } from "./account.ts";
import type { Tally } from "./tally.ts";

/** A command of a client: one id, one message, asked as often as it takes. */
export interface Operation {
  readonly id: string;
  readonly key: string;
  readonly message: AccountMessage;
  /** Every answer that says it is done, in order of arrival. */
  readonly answers: { readonly state: AccountState; readonly atMs: number }[];
  refused: boolean;
  crashed: boolean;
}

/** A question, and what its answer must not be older than. */
export interface Reading {
  readonly key: string;
  readonly floor: number;
  readonly state: AccountState;
  readonly atMs: number;
}

/** What the clients saw. It is compared with what the journals say. */
export class History {
  readonly operations = new Map<string, Operation>();
  readonly readings: Reading[] = [];
  /** Messages sent one way, by `ref`. */
  readonly tells = new Map<string, { readonly key: string; readonly message: AccountMessage }>();
  /** Acknowledged message ids of the event stream, with what they carried. */
  readonly published = new Map<
    string,
    { readonly lane: number; readonly text: string; readonly sequence: number }
  >();
  /** What folds said of themselves. */
  readonly tallies: { readonly lane: number; readonly tally: Tally }[] = [];
  asks = 0;
  readonly #floors = new Map<string, number>();

  begin(id: string, key: string, message: AccountMessage): Operation {
    const operation = { id, key, message, answers: [], refused: false, crashed: false };
    this.operations.set(id, operation);
    return operation;
  }

  /** Events of this account that somebody has been told of by now. */
  floor(key: string): number {
    return this.#floors.get(key) ?? 0;
  }

  answered(operation: Operation, state: AccountState, atMs: number): void {
    operation.answers.push({ state, atMs });
    this.#raise(operation.key, state.count);
  }

  read(reading: Reading): void {
    this.readings.push(reading);
    this.#raise(reading.key, reading.state.count);
  }

  #raise(key: string, count: number): void {
    this.#floors.set(key, Math.max(this.floor(key), count));
  }
}
