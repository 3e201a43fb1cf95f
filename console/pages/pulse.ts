import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { LiveState } from "../live.ts";
import { html, type TemplateResult } from "lit";
import type { Services } from "../services.ts";

/** How often the top bar asks whether the gateway is ready. */
const askMs = 15_000;

type Link =
  | { kind: "unknown" }
  | { kind: "ready"; tookMs: number }
  | { kind: "degraded" }
  | { kind: "offline" };

/** The state of the line to the gateway, for pages without live data of their own. */
export class Pulse implements ReactiveController {
  readonly #host: ReactiveControllerHost & { services: Services };
  #link: Link = { kind: "unknown" };
  #stop: (() => void) | undefined;

  constructor(host: ReactiveControllerHost & { services: Services }) {
    this.#host = host;
    host.addController(this);
  }

  start(): void {
    void this.#ask();
    this.#stop ??= this.#host.services.clock.every(askMs, () => {
      if (!document.hidden) void this.#ask();
    });
  }

  hostDisconnected(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  async #ask(): Promise<void> {
    const begun = performance.now();
    try {
      const { ok } = await fetch("/ready", { cache: "no-store" });
      this.#link = ok
        ? { kind: "ready", tookMs: Math.max(1, Math.round(performance.now() - begun)) }
        : { kind: "degraded" };
    } catch {
      this.#link = { kind: "offline" };
    }
    this.#host.requestUpdate();
  }

  /** A page with live data speaks for itself; otherwise the line does. */
  render(live: LiveState): TemplateResult {
    if (live !== "off") return liveFace(live);
    switch (this.#link.kind) {
      case "unknown":
        return face("wait", "Connecting");
      case "ready":
        return face("good", "Connected", `${this.#link.tookMs} ms`);
      case "degraded":
        return face("wait", "Degraded", "not every part works");
      case "offline":
        return face("bad", "Offline");
    }
  }
}

function liveFace(live: Exclude<LiveState, "off">): TemplateResult {
  switch (live) {
    case "live":
      return face("good", "Live");
    case "connecting":
      return face("wait", "Connecting");
    case "reconnecting":
      return face("wait", "Reconnecting");
    case "stale":
      return face("wait", "Stale");
    case "paused":
      return face("idle", "Paused");
  }
}

const face = (state: "good" | "wait" | "bad" | "idle", word: string, detail = ""): TemplateResult =>
  html`<span class="pulse" data-state=${state}>${word} <span class="detail">${detail}</span></span>`;
