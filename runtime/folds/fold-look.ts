import type { FoldBehaviour } from "../fold.ts";
import { setAside } from "../dead-letters.ts";
import type { ActorTools } from "../hosting/actor-tools.ts";
import { addressText } from "../messaging/address.ts";
import type { Address } from "../messaging/address.ts";
import type { Following, StreamBounds } from "../ports/connection.ts";
import type { FoldLife } from "./fold-life.ts";
import { gapLetter } from "./letters.ts";
import type { Lost, Reading } from "./reading.ts";

// A fold's looks at its stream: how far behind is it, and was all there that it read?
//   G1. A look vouches only for what was read before it was begun (reading.ts, R2).
//   G2. What was lost is told before it is passed over: whoever is stopped in between leaves it to the next life.

interface Looked {
  readonly reading: Reading;
  readonly state: () => FoldLife;
  readonly signal: AbortSignal;
}

export class FoldLook {
  readonly #behaviour: FoldBehaviour<unknown, unknown>;
  readonly #address: Address;
  readonly #tools: ActorTools;
  readonly #looked: Looked;
  #looking: Promise<void> | undefined;
  #lag: number | undefined;

  constructor(
    behaviour: FoldBehaviour<unknown, unknown>,
    address: Address,
    tools: ActorTools,
    looked: Looked,
  ) {
    this.#behaviour = behaviour;
    this.#address = address;
    this.#tools = tools;
    this.#looked = looked;
  }

  /** Messages behind the stream, by the last look; undefined before the first. */
  get lag(): number | undefined {
    return this.#lag;
  }

  /** One at a time; never rejects. Between two openings there is nothing to vouch for. */
  look(): Promise<void> {
    this.#looking ??= this.#look()
      .catch((error: unknown) => {
        const actor = addressText(this.#address);
        this.#tools.log.debug("fold_not_looked", { actor, error }); // away: the next look says more
      })
      .finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async tell(gap: Lost): Promise<void> {
    const { metrics, log } = this.#tools;
    const { kind, stream } = this.#behaviour;
    const { kind: reason, ...range } = gap;
    metrics.foldGaps(1, { kind, reason });
    const place = { stream, subject: this.#behaviour.subjectOf(this.#address.key) };
    log.error(`stream_${reason}`, { actor: addressText(this.#address), ...place, ...range });
    await setAside(this.#tools, gapLetter(this.#address, place, gap), this.#looked.signal);
  }

  /** The fold has left: nobody is behind any more. */
  end(): void {
    if (this.#lag !== undefined) this.#tools.metrics.foldLag(0, this.#place);
  }

  get #place() {
    return { kind: this.#behaviour.kind, key: this.#address.key };
  }

  async #look(): Promise<void> {
    const { reading, state: present, signal } = this.#looked;
    const state = present();
    if (state.kind !== "live" && state.kind !== "stopped") return;
    const { position } = reading;
    const covered = state.kind === "live" ? (state.following.covered ?? position) : position;
    const bounds = await this.#tools.reader.bounds(this.#behaviour.stream);
    if (present() !== state) return;
    if (state.kind === "live") this.#measureLag(state.following, bounds);
    const finding = reading.compare(bounds, position);
    if (finding.kind === "rolled_back") {
      if (state.kind === "live") state.interrupt("stopped"); // opening looks again, and more than once
      return;
    }
    if (finding.kind === "purged") {
      if (state.kind === "stopped") return; // G2
      await this.tell(finding);
      if (signal.aborted || present() !== state) return; // G2
    }
    reading.looked(bounds, covered);
  }

  #measureLag({ pending }: Following, { last }: StreamBounds): void {
    this.#lag = pending ?? Math.max(0, last - this.#looked.reading.position);
    this.#tools.metrics.foldLag(this.#lag, this.#place);
  }
}
