import type { Chance } from "./chance.ts";
import { pair } from "./weather.ts";
import type { World } from "./world.ts";

/** A hop on one machine or in one rack. */
const hopMsMin = 0.1;
const hopMsMax = 1.5;
/** One in fifty hops meets a busy queue, in the best weather. */
const busyShare = 0.02;
const busyMsMax = 20;
/** A request that arrives again does so within this: longer than any caller waits for one attempt. */
const duplicateMsMax = 3_000;
/** What a partition held back arrives after it; most of it is lost with its connection. */
const heldShare = 0.3;
const heldRetryMs = 100;
/** A consumer that was lost is noticed by a watchdog, and made anew after a pause. */
const reconnectMsMin = 50;
const reconnectMsMax = 1_500;

/** Carries messages between places: late, lost, twice, out of order, or not at all, as the weather is. */
export class Network {
  readonly #world: World;
  readonly #chance: Chance;
  readonly #lastArrivalMs = new Map<string, number>();

  constructor(world: World) {
    this.#world = world;
    this.#chance = world.chance("network");
  }

  isCut(from: string, to: string): boolean {
    return this.#world.weather.cut.has(pair(from, to));
  }

  send(from: string, to: string, what: "request" | "reply", arrive: () => void): void {
    const { weather, scheduler, nowMs } = this.#world;
    if (this.isCut(from, to)) {
      this.#world.count("partition");
      this.#world.trace(from, `${what} to ${to} meets a partition`);
      if (this.#chance.happens(heldShare)) this.#whenJoined(from, to, arrive);
      return;
    }
    if (this.#chance.happens(weather.lossShare)) {
      this.#world.count(what === "request" ? "lost_request" : "lost_reply");
      this.#world.trace(from, `${what} to ${to} is lost`);
      return;
    }
    const atMs = nowMs + this.delayMs();
    this.#noteOrder(`${from}>${to}`, atMs);
    scheduler.at(atMs, arrive);
    if (what === "request" && this.#chance.happens(weather.duplicateShare)) {
      scheduler.at(atMs + this.#chance.between(0, duplicateMsMax), () => {
        this.#world.count("duplicate");
        this.#world.trace(from, `${what} to ${to} arrives again`);
        arrive();
      });
    }
  }

  /** For what a connection repeats by itself until it is through: subscriptions. */
  sendSurely(from: string, to: string, arrive: () => void): void {
    if (this.isCut(from, to) || this.#world.weather.storeDown) this.#whenJoined(from, to, arrive);
    else this.#world.scheduler.after(this.delayMs(), arrive);
  }

  delayMs(): number {
    const { weather } = this.#world;
    let ms = this.#chance.between(hopMsMin, hopMsMax);
    if (this.#chance.happens(busyShare)) ms += this.#chance.between(0, busyMsMax);
    if (weather.delayMsMax > 0 && this.#chance.happens(0.5)) {
      this.#world.count("delay");
      ms += this.#chance.between(0, weather.delayMsMax);
    }
    return ms;
  }

  /** How long a follower that was away takes to find its way back. */
  reconnectMs(): number {
    return this.#chance.between(reconnectMsMin, reconnectMsMax);
  }

  #noteOrder(link: string, atMs: number): void {
    const lastMs = this.#lastArrivalMs.get(link) ?? 0;
    if (atMs < lastMs) this.#world.count("reordering");
    else this.#lastArrivalMs.set(link, atMs);
  }

  #whenJoined(from: string, to: string, arrive: () => void): void {
    this.#world.scheduler.after(heldRetryMs, () => {
      if (this.isCut(from, to) || this.#world.weather.storeDown) this.#whenJoined(from, to, arrive);
      else this.#world.scheduler.after(this.delayMs(), arrive);
    });
  }
}
