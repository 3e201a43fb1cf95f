import type { ActorClient } from "../messaging/client.ts";
import type { Clock } from "../ports/clock.ts";
import type { StreamWriter } from "../ports/connection.ts";
import { seededRandom } from "../ports/random.ts";
import type { Random } from "../ports/random.ts";
import { extras } from "./counter.ts";
import type { Extra } from "./counter.ts";
import { counterAt, counterKeys, loadPartitions, loadSubject } from "./names.ts";

// The users of the run. Each repeats a command under its id, and an event under its, until there is an answer: then it
// knows what the system owes.

export interface SentCommand {
  readonly id: string;
  readonly counter: string;
  readonly amount: number;
  readonly extra: Extra;
  /** What it was answered; undefined when the run ended before. */
  answer?: { readonly count: number; readonly total: number; readonly atMs: number };
}

export interface SentEvent {
  readonly id: string;
  readonly subject: string;
  /** Where it is stored, as the acknowledgement says. */
  sequence?: number;
}

export interface LoadOptions {
  readonly seed: number;
  readonly commandsPerSecond: number;
  readonly eventsPerSecond: number;
  readonly client: ActorClient;
  readonly writer: Pick<StreamWriter, "append">;
  readonly clock: Clock;
}

const askTimeoutMs = 4_000;
const appendTimeoutMs = 2_000;
/** Between the attempts of one command or event that was refused at once. */
const againMs = 100;
/** One command in three asks for something besides its sum. */
const extraShare = 1 / 3;

export class Load {
  readonly commands: SentCommand[] = [];
  readonly events: SentEvent[] = [];
  /** Answers that are not an answer, by their code: how often users had to ask again. */
  readonly refusals = new Map<string, number>();
  readonly #options: LoadOptions;
  readonly #ending = new AbortController();
  readonly #givingUp = new AbortController();
  #lanes: Promise<unknown> = Promise.resolve();
  answered = 0;
  stored = 0;

  constructor(options: LoadOptions) {
    this.#options = options;
  }

  start(): void {
    const { seed, commandsPerSecond, eventsPerSecond } = this.#options;
    // Two users a counter, so that commits hold more than one step.
    const users = counterKeys.flatMap((counter) => [`${counter}-x`, `${counter}-y`]);
    const commandMs = (users.length * 1_000) / commandsPerSecond;
    const eventMs = (loadPartitions * 1_000) / eventsPerSecond;
    this.#lanes = Promise.all([
      ...users.map((user, index) => {
        const random = seededRandom(seed * 1_000 + index);
        return this.#repeat(commandMs, random, (number) => this.#command(user, number, random));
      }),
      ...Array.from({ length: loadPartitions }, (_, partition) => {
        const random = seededRandom(seed * 1_000 + 500 + partition);
        return this.#repeat(eventMs, random, (number) => this.#event(partition, number));
      }),
    ]);
  }

  /** Nothing new is begun; what is under way has so long to get its answer. */
  async stop(msMax: number): Promise<void> {
    this.#ending.abort();
    const done = new AbortController();
    void this.#lanes.then(() => done.abort());
    await this.#options.clock.sleep(msMax, done.signal);
    this.#givingUp.abort();
    await this.#lanes;
  }

  async #repeat(intervalMs: number, random: Random, act: (number: number) => Promise<void>): Promise<void> {
    const { clock } = this.#options;
    await clock.sleep(random.fraction() * intervalMs, this.#ending.signal); // users do not go in step
    for (let number = 1; !this.#ending.signal.aborted; number++) {
      const nextMs = clock.monotonicMs() + intervalMs;
      await act(number);
      await clock.sleep(Math.max(0, nextMs - clock.monotonicMs()), this.#ending.signal);
    }
  }

  async #command(user: string, number: number, random: Random): Promise<void> {
    const { client, clock } = this.#options;
    const counter = user.slice(0, user.indexOf("-"));
    const extra = random.fraction() < extraShare ? extras[1 + (number % (extras.length - 1))] : "none";
    const command: SentCommand = {
      id: `${user}-${number}`,
      counter,
      amount: 1 + Math.floor(random.fraction() * 100),
      extra: extra ?? "none",
    };
    this.commands.push(command);
    const message = { type: "add", amount: command.amount, extra: command.extra };
    while (!this.#givingUp.signal.aborted) {
      const reply = await client.ask<{ count: number; total: number }, { code: string }>(
        counterAt(counter),
        message,
        { by: user, id: command.id, timeoutMs: askTimeoutMs },
      );
      if (reply.ok) {
        command.answer = { ...reply.value, atMs: clock.now() };
        this.answered++;
        return;
      }
      this.#refused(reply.failure.code);
      await clock.sleep(againMs, this.#givingUp.signal);
    }
  }

  async #event(partition: number, number: number): Promise<void> {
    const { writer, clock } = this.#options;
    const event: SentEvent = { id: `e${partition}-${number}`, subject: loadSubject(partition) };
    this.events.push(event);
    const bytes = new TextEncoder().encode(JSON.stringify({ id: event.id }));
    while (!this.#givingUp.signal.aborted) {
      const outcome = await writer.append(event.subject, bytes, {
        messageId: event.id,
        timeoutMs: appendTimeoutMs,
      });
      if (outcome.kind === "stored") {
        event.sequence = outcome.sequence;
        this.stored++;
        return;
      }
      this.#refused(`event ${outcome.kind}`);
      await clock.sleep(againMs, this.#givingUp.signal);
    }
  }

  #refused(code: string): void {
    this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1);
  }
}
