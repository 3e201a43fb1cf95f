import { fail, succeed } from "../../protocols/errors.ts";
import type { Behaviour, Step } from "../actor.ts";

export interface LedgerState {
  readonly total: number;
  readonly entries: readonly number[];
}
export type LedgerMessage = { readonly type: "add"; readonly amount: number } | { readonly type: "get" };
export interface Added {
  readonly amount: number;
  readonly by: string;
}
export type LedgerFailure = { readonly code: "negative"; readonly amount: number };

/** The smallest entity with everything: events, refusals, questions, effects and a defect. */
export function ledger(
  options: {
    readonly perform?: (effect: Added, idempotencyKey: string) => Promise<void>;
    readonly snapshotEveryCommits?: number;
    readonly version?: number;
  } = {},
): Behaviour<LedgerState, LedgerMessage, Added, Added, LedgerFailure> {
  const { perform } = options;
  return {
    kind: "ledger",
    version: options.version ?? 1,
    init: () => ({ total: 0, entries: [] }),
    parse: (message) => {
      const { type } = message as LedgerMessage;
      if (type !== "add" && type !== "get") throw new Error("add or get");
      return message as LedgerMessage;
    },
    handle: (state, message, context): Step<Added, Added, LedgerFailure> => {
      if (message.type === "get") return { events: [], reply: succeed(state) };
      if (message.amount < 0)
        return { events: [], reply: fail({ code: "negative", amount: message.amount }) };
      if (message.amount === 13) throw new Error("a defect");
      const event = { amount: message.amount, by: context.by };
      const total = state.total + message.amount;
      return { events: [event], reply: succeed({ total }), effects: perform === undefined ? [] : [event] };
    },
    apply: (state, { amount }, { sequence }) => {
      if (sequence !== state.entries.length + 1)
        throw new Error(`event ${sequence} after ${state.entries.length}`);
      return { total: state.total + amount, entries: [...state.entries, amount] };
    },
    ...(perform === undefined
      ? {}
      : { perform: (effect: Added, io: { idempotencyKey: string }) => perform(effect, io.idempotencyKey) }),
    ...(options.snapshotEveryCommits === undefined
      ? {}
      : { snapshotEveryCommits: options.snapshotEveryCommits }),
  };
}
