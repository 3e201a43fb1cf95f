import { openClient } from "../messaging/client.ts";
import type { ActorClient } from "../messaging/client.ts";
import type { Address } from "../messaging/address.ts";
import type { Clock } from "../ports/clock.ts";
import type { Connection } from "../ports/connection.ts";
import { auditCommands } from "./audit/commands.ts";
import { auditEffects } from "./audit/effects.ts";
import type { EffectCounts } from "./audit/effects.ts";
import { auditEvents } from "./audit/events.ts";
import { readHistories } from "./audit/histories.ts";
import { outagesOf } from "./audit/outages.ts";
import type { DoneFault, Outage } from "./audit/outages.ts";
import type { Violations } from "./audit/violation.ts";
import type { CounterState } from "./counter.ts";
import type { Load } from "./load.ts";
import {
  counterAt,
  counterKeys,
  deadStream,
  eventStream,
  journalStream,
  receiptAt,
  tallyAt,
} from "./names.ts";
import { tallyKeys, tallySubject } from "./names.ts";
import { emptyTally } from "./tally.ts";
import type { Tally } from "./tally.ts";

// Reads the streams whole and holds them against what users sent and heard; then asks the actors and folds whether
// they are what their logs say.

export interface Findings {
  readonly violations: Violations;
  readonly commands: { readonly sent: number; readonly answered: number; readonly unknown: number };
  readonly events: { readonly sent: number; readonly stored: number; readonly messages: number };
  readonly effects: EffectCounts;
  readonly commits: number;
  readonly steps: number;
  readonly openings: number;
  readonly folds: number;
  readonly outages: readonly Outage[];
  readonly undisturbed: readonly Outage[];
}

interface Evidence {
  readonly connection: Connection;
  readonly load: Load;
  readonly faults: readonly DoneFault[];
  /** What was found before. */
  readonly violations: Violations;
}
interface Tools {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Timers come due within 4.3 s; after a longer silence only what waits to be tried again is missing. */
const quietMs = 6_000;
const quietMsMax = 60_000;
/** An effect's longest pause between attempts is 30 s. */
const effectsMsMax = 90_000;
const everything = { from: 1, to: Number.MAX_SAFE_INTEGER } as const;
const by = "verification";
const askTimeoutMs = 20_000;
const foldMsMax = 60_000;

export async function verify(evidence: Evidence, tools: Tools): Promise<Findings> {
  const { connection, load, faults } = evidence;
  const deadlineMs = tools.clock.monotonicMs() + effectsMsMax;
  for (;;) {
    await quiet(connection, tools);
    const violations = evidence.violations.copy();
    const { found } = violations;
    const histories = await readHistories(
      connection.reader.readRange({ stream: journalStream, subject: "log.>", ...everything }),
      found,
    );
    const recounts = auditCommands(histories, load.commands, found);
    const events = await auditEvents(
      connection.reader.readRange({ stream: eventStream, subject: "events.>", ...everything }),
      load.events,
      found,
    );
    const before = violations.total;
    const effects = auditEffects(histories, events.copies, found);
    const late = violations.total > before && tools.clock.monotonicMs() < deadlineMs;
    if (late && !tools.signal.aborted) continue; // some effect waits for its next attempt

    await auditDeadLetters(connection, violations);
    const client = openClient(connection);
    await auditStates(client, { recounts, histories }, violations);
    await auditFolds(client, events.tallies, violations, tools.clock);
    const all = [...histories.values()];
    const sum = (of: (history: (typeof all)[number]) => number): number =>
      all.reduce((total, history) => total + of(history), 0);
    return {
      violations,
      commands: {
        sent: load.commands.length,
        answered: load.answered,
        unknown: load.commands.length - load.answered,
      },
      events: { sent: load.events.length, stored: load.stored, messages: events.messages },
      effects,
      commits: sum(({ commits }) => commits),
      steps: sum(({ steps }) => steps.length),
      openings: sum(({ openings }) => openings.length),
      folds: tallyKeys.length,
      outages: outagesOf(faults, load.commands, histories),
      undisturbed: outagesOf(faults, load.commands, histories, { alone: true }),
    };
  }
}

/** Nothing was written for a while. */
async function quiet(connection: Connection, { clock, signal }: Tools): Promise<void> {
  const deadlineMs = clock.monotonicMs() + quietMsMax;
  let before = "";
  let sinceMs = clock.monotonicMs();
  while (!signal.aborted && clock.monotonicMs() < deadlineMs) {
    const [journals, events] = await Promise.all([
      connection.reader.lastSequence(journalStream, "log.>"),
      connection.reader.lastSequence(eventStream, "events.>"),
    ]);
    const now = `${journals} ${events}`;
    if (now !== before) sinceMs = clock.monotonicMs();
    else if (clock.monotonicMs() - sinceMs >= quietMs) return;
    before = now;
    await clock.sleep(250, signal);
  }
}

async function auditDeadLetters(connection: Connection, violations: Violations): Promise<void> {
  const letters = connection.reader.readRange({ stream: deadStream, subject: "dead.>", ...everything });
  for await (const { data } of letters) violations.found("set_aside", new TextDecoder().decode(data));
}

/** What an actor answers now, or its refusal as text. */
async function stateOf(client: ActorClient, address: Address): Promise<unknown> {
  const reply = await client.ask(address, { type: "get" }, { by, timeoutMs: askTimeoutMs });
  return reply.ok ? reply.value : JSON.stringify(reply.failure);
}

async function auditStates(
  client: ActorClient,
  {
    recounts,
    histories,
  }: {
    readonly recounts: ReturnType<typeof auditCommands>;
    readonly histories: Awaited<ReturnType<typeof readHistories>>;
  },
  { found }: Violations,
): Promise<void> {
  await Promise.all(
    counterKeys.map(async (key) => {
      const answer = await stateOf(client, counterAt(key));
      const { count, total, rings } = answer as CounterState;
      const recount = JSON.stringify(recounts.get(key));
      if (JSON.stringify({ count, total, rings }) !== recount)
        found("wrong_state", `counter ${key} is ${JSON.stringify(answer)}, its journal says ${recount}`);
      const receipt = await stateOf(client, receiptAt(key));
      const steps = histories.get(`receipt.${key}`)?.steps.length ?? 0;
      if ((receipt as { received: number }).received !== steps)
        found("wrong_state", `receipt ${key} is ${JSON.stringify(receipt)}, its journal says ${steps}`);
    }),
  );
}

async function auditFolds(
  client: ActorClient,
  tallies: ReadonlyMap<string, Tally>,
  { found }: Violations,
  clock: Clock,
): Promise<void> {
  const deadlineMs = clock.monotonicMs() + foldMsMax;
  const audit = async (key: string): Promise<void> => {
    const recount = tallies.get(tallySubject(key)) ?? emptyTally();
    for (;;) {
      const state = (await stateOf(client, tallyAt(key))) as Tally;
      if (state.count === recount.count && state.digest === recount.digest) return;
      if (state.count < recount.count && clock.monotonicMs() < deadlineMs) {
        await clock.sleep(100); // it still reads
        continue;
      }
      return found(
        "wrong_state",
        `fold ${key} is ${JSON.stringify(state)}, its stream says ${JSON.stringify(recount)}`,
      );
    }
  };
  await Promise.all(tallyKeys.map(audit));
}
