import { unitIdOf } from "../../evaluation/unit.ts";
import type { Evaluation } from "../../protocols/decision.ts";
import type { FlagType } from "../../protocols/flag.ts";
import { type ExperimentKey, UnitId } from "../../protocols/ids.ts";
import type { Json } from "../../protocols/json.ts";
import { Configuration, type ConfigurationInfo } from "./configuration.ts";
import { ConsentBook } from "./consent-book.ts";
import { Delivery } from "./delivery.ts";
import { type Details, detailsOf, failed } from "./details.ts";
import { EventQueue, type Unit } from "./event-queue.ts";
import { ExposureWindow } from "./exposure-window.ts";
import { Freshness } from "./freshness.ts";
import { resolveOptions, type ResolvedOptions, type WeirOptions } from "./options.ts";
import { type Pseudonyms, unitIdIn } from "./wire.ts";
import { type Status, StatusBoard, type StatusListener } from "./status.ts";

/** OpenFeature's context: who is asked about, by raw `targetingKey` or hashed `unitId`, and attributes. */
export interface Context {
  readonly targetingKey?: string;
  readonly unitId?: string;
  readonly [attribute: string]: unknown;
}

export interface TrackOptions {
  readonly value?: number;
  readonly properties?: Readonly<Record<string, Json>>;
  /** When it happened, epoch ms; now unless given. */
  readonly ts?: number;
  /** Give one to make a repetition harmless; made unless given. */
  readonly id?: string;
}

/** Bound of close() and of flush() unless given: a process that ends should not hang on a service that is away. */
const flushTimeoutMs = 5_000;

export class WeirClient {
  readonly #options: ResolvedOptions;
  readonly #configuration: Configuration;
  readonly #board = new StatusBoard();
  readonly #freshness: Freshness;
  readonly #delivery: Delivery;
  readonly #exposed = new ExposureWindow();
  readonly #consents: ConsentBook;
  #closed: Promise<void> | undefined;

  constructor(options: WeirOptions) {
    this.#options = resolveOptions(options);
    this.#configuration = new Configuration(this.#options);
    if (this.#options.bootstrap !== undefined && this.#configuration.offer(this.#options.bootstrap))
      this.#board.set("stale");
    this.#freshness = new Freshness(this.#options, this.#configuration, this.#board);
    const pseudonyms = (): Pseudonyms | undefined => {
      const plan = this.#configuration.plan;
      return plan && { unitSalt: plan.unitSalt, unitType: this.#options.unitType };
    };
    this.#consents = new ConsentBook((unit) => {
      const known = pseudonyms();
      return known && unitIdIn(unit, known);
    });
    const queue = new EventQueue(this.#options.queueMax);
    this.#delivery = new Delivery(this.#options, queue, pseudonyms, (unit) =>
      this.#consents.heard(unit, this.#options.clock.now()),
    );
    this.#freshness.start();
  }

  get status(): Status {
    return this.#board.status;
  }

  /** Version, etag and age of the configuration in use; undefined while there is none. */
  get configuration(): ConfigurationInfo | undefined {
    return this.#configuration.info(this.#options.clock.now());
  }

  /** Events not yet taken by the service. */
  get pendingEvents(): number {
    return this.#delivery.pending;
  }

  onStatus(listener: StatusListener): () => void {
    return this.#board.listen(listener);
  }

  /** Resolves when ready, and at the latest after `initTimeoutMs` with whatever the status then is. Never rejects. */
  ready(): Promise<Status> {
    const settled = (status: Status): boolean => status === "ready" || status === "closed";
    if (settled(this.status)) return Promise.resolve(this.status);
    return new Promise((resolve) => {
      const finish = (): void => {
        cancel();
        unlisten();
        resolve(this.status);
      };
      const cancel = this.#options.clock.timer(this.#options.initTimeoutMs, finish);
      const unlisten = this.#board.listen((status) => {
        if (settled(status)) finish();
      });
    });
  }

  boolean(flagKey: string, context: Context, fallback: boolean): boolean {
    return this.#resolve(flagKey, context, fallback, "boolean").value;
  }

  string(flagKey: string, context: Context, fallback: string): string {
    return this.#resolve(flagKey, context, fallback, "string").value;
  }

  number(flagKey: string, context: Context, fallback: number): number {
    return this.#resolve(flagKey, context, fallback, "number").value;
  }

  json<Value extends Json>(flagKey: string, context: Context, fallback: Value): Value {
    return this.#resolve(flagKey, context, fallback, "json").value;
  }

  /** With reason, variant and, on an error, its code. The value must be of the default's type unless that is null. */
  details<Value extends Json>(flagKey: string, context: Context, fallback: Value): Details<Value> {
    return this.#resolve(flagKey, context, fallback, typeOf(fallback));
  }

  /** Something happened to a unit that a metric may count. Ignored without a unit, without its consent, and after close(). */
  track(context: Context, name: string, options: TrackOptions = {}): void {
    const unit = unitOf(context);
    if (unit === undefined || this.#consents.denies(unit, this.#options.clock.now())) return;
    this.#delivery.push({
      type: "metric",
      id: options.id ?? this.#options.random.hex(16),
      ts: options.ts ?? this.#options.clock.now(),
      unit,
      name,
      ...(options.value === undefined ? {} : { value: options.value }),
      ...(options.properties === undefined ? {} : { properties: options.properties }),
    });
  }

  /**
   * Whether the unit lets itself be counted. What it said is sent like an event, and obeyed here at once: without consent
   * it is neither tracked nor exposed, and decided for as before.
   */
  setConsent(context: Context, granted: boolean): void {
    const unit = unitOf(context);
    if (unit === undefined) return;
    this.#consents.said(unit, granted);
    const { clock, random } = this.#options;
    this.#delivery.push({ type: "consent", id: random.hex(16), ts: clock.now(), unit, analytics: granted });
  }

  /** Sends queued events now; answers how many are left when `timeoutMs` is up. */
  flush(timeoutMs = flushTimeoutMs): Promise<{ readonly pending: number }> {
    return this.#delivery.flush(timeoutMs);
  }

  /** Sends what is left, bounded, and ends every connection and timer. Idempotent. */
  close(timeoutMs = flushTimeoutMs): Promise<void> {
    this.#closed ??= this.#close(timeoutMs);
    return this.#closed;
  }

  async #close(timeoutMs: number): Promise<void> {
    await this.#delivery.close(timeoutMs);
    await this.#freshness.stop();
    this.#board.set("closed");
  }

  #resolve<Value extends Json>(
    flagKey: string,
    context: Context,
    fallback: Value,
    type: FlagType | undefined,
  ): Details<Value> {
    const plan = this.#configuration.plan;
    if (plan === undefined) return failed(flagKey, fallback, "PROVIDER_NOT_READY", "no configuration yet");
    const unit = unitOf(context);
    if (unit === undefined)
      return failed(
        flagKey,
        fallback,
        "TARGETING_KEY_MISSING",
        "the context names no targetingKey or valid unitId",
      );
    const unitId =
      "unitId" in unit ? unit.unitId : unitIdOf(plan.unitSalt, this.#options.unitType, unit.rawKey);
    const { targetingKey: _key, unitId: _id, ...attributes } = context;
    const now = this.#options.clock.now();
    // Imported hash recipes are made over the raw key, which stays in this process.
    const key = "unitId" in unit ? undefined : unit.rawKey;
    const evaluation = this.#configuration.evaluate(flagKey, { unitId, attributes, key, now });
    if (evaluation === undefined)
      return failed(flagKey, fallback, "PROVIDER_NOT_READY", "no configuration yet");
    const consentDenied = this.#consents.denies(unit, now);
    const details = detailsOf(evaluation, type, fallback, {
      version: plan.version,
      stale: this.status === "stale",
      consentDenied,
    });
    // A unit that was given the default instead of its variant was not treated, so it is not exposed.
    if (details.errorCode === undefined && !consentDenied) this.#expose(evaluation, unitId, now);
    return details;
  }

  #expose({ code, flagKey, experiment, variant }: Evaluation, unitId: UnitId, now: number): void {
    if (!this.#options.automaticExposure || code !== "experiment_assigned") return;
    if (experiment === undefined || variant === undefined) return;
    const definition = this.#configuration.plan?.experiments[experiment as ExperimentKey];
    // With trigger `event` an experiment counts units from an event of the application's own, not from being asked.
    if (definition === undefined || definition.trigger !== "view") return;
    if (!this.#exposed.isNew(unitId, experiment, definition.phase)) return;
    const id = this.#options.random.hex(16);
    this.#delivery.push({ type: "exposure", id, ts: now, unitId, experiment, flagKey, variant });
  }
}

/** Connects to an environment and follows its configuration. Flags are evaluated in this process. */
export const createWeir = (options: WeirOptions): WeirClient => new WeirClient(options);

function unitOf({ targetingKey, unitId }: Context): Unit | undefined {
  const hashed = UnitId.safeParse(unitId);
  if (hashed.success) return { unitId: hashed.data };
  return typeof targetingKey === "string" && targetingKey !== "" ? { rawKey: targetingKey } : undefined;
}

function typeOf(fallback: Json): FlagType | undefined {
  if (fallback === null) return undefined;
  const type = typeof fallback;
  return type === "boolean" || type === "string" || type === "number" ? type : "json";
}
