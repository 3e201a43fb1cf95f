import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { Clock } from "./clock.ts";
import type { Live } from "./rpc.ts";
import type { TopicEvent, TopicStatus } from "./hub.ts";

/** How a page's live data stands; `stale` means connected as far as we know, and nothing heard for too long. */
export type LiveState = "off" | TopicStatus | "stale" | "paused";

/** Two missed heartbeats of 15 s and a little. */
const silenceMsMax = 40_000;

/** One topic on a page: the newest message, unless paused, and a tick each second so that ages stay true. */
export class LiveTopic<Value> implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #live: Live;
  readonly #clock: Clock;
  #topic: string | undefined;
  #end: (() => void) | undefined;
  #stopTicking: (() => void) | undefined;
  #status: TopicStatus = "connecting";
  #heardAt = 0;
  #newest: Value | undefined;
  #shown: Value | undefined;
  #paused = false;

  constructor(host: ReactiveControllerHost, live: Live, clock: Clock) {
    this.#host = host;
    this.#live = live;
    this.#clock = clock;
    host.addController(this);
  }

  get value(): Value | undefined {
    return this.#shown;
  }

  get heardAt(): number | undefined {
    return this.#heardAt === 0 ? undefined : this.#heardAt;
  }

  get state(): LiveState {
    if (this.#topic === undefined) return "off";
    if (this.#paused) return "paused";
    const silent = this.#heardAt > 0 && this.#clock.now() - this.#heardAt > silenceMsMax;
    return this.#status === "live" && silent ? "stale" : this.#status;
  }

  /** Follows a topic, or none. */
  follow(topic: string | undefined): void {
    if (topic === this.#topic) return;
    this.#leave();
    this.#topic = topic;
    this.#newest = this.#shown = undefined;
    this.#status = "connecting";
    this.#heardAt = 0;
    if (topic !== undefined) this.#end = this.#live.subscribe(topic, (event) => this.#hear(event));
  }

  togglePause(): void {
    this.#paused = !this.#paused;
    if (!this.#paused) this.#shown = this.#newest;
    this.#host.requestUpdate();
  }

  hostConnected(): void {
    this.#stopTicking = this.#clock.every(1_000, () => {
      // Ages of a paused page stand still too, and a hidden one draws nothing.
      if (this.#topic !== undefined && !this.#paused && !document.hidden) this.#host.requestUpdate();
    });
  }

  hostDisconnected(): void {
    this.#stopTicking?.();
    this.#leave();
    this.#topic = undefined;
  }

  #leave(): void {
    this.#end?.();
    this.#end = undefined;
  }

  #hear(event: TopicEvent): void {
    if (event.kind === "status") this.#status = event.status;
    else this.#heardAt = event.at;
    if (event.kind === "message" && event.event === "result") {
      this.#newest = JSON.parse(event.data) as Value;
      if (!this.#paused) this.#shown = this.#newest;
    }
    if (!this.#paused) this.#host.requestUpdate();
  }
}
