import { html, type nothing, type TemplateResult } from "lit";
import type { EnvironmentRecord } from "../../protocols/directory.ts";
import type { Session } from "../api.ts";
import type { LiveState } from "../live.ts";
import type { Problem } from "../problem.ts";
import { hrefOf, routeOf, type Route } from "../router.ts";
import type { Place, Services } from "../services.ts";
import { LightElement } from "../ui/element.ts";
import { emptyFace, loadingFace, problemFace } from "../ui/faces.ts";
import { Keys } from "../ui/keys.ts";
import { followTheme, nextTheme, setTheme, themeNow } from "../ui/theme.ts";
import { chooseEnvironment } from "./environment.ts";
import { Pulse } from "./pulse.ts";
import { shellFace } from "./shell.ts";
import "./experiment.ts";
import "./experiments.ts";
import "./flag.ts";
import "./flags.ts";
import "./sign-in.ts";

type Access =
  | { kind: "asking" }
  | { kind: "out" }
  | { kind: "failed"; problem: Problem }
  | { kind: "in"; session: Session; environments: readonly EnvironmentRecord[] };

const lastEnvironment = "weir-environment";

/** The whole window: who is here, which environment, which page. */
export class WeirApp extends LightElement {
  static override properties = {
    services: { attribute: false },
    access: { state: true },
    route: { state: true },
    live: { state: true },
  };
  declare services: Services;
  declare access: Access;
  declare route: Route;
  declare live: LiveState;
  readonly #pulse = new Pulse(this);

  constructor() {
    super();
    this.access = { kind: "asking" };
    this.route = routeOf(location.pathname);
    this.live = "off";
    new Keys(this, { t: () => this.#cycleTheme() });
    followTheme(() => this.requestUpdate());
    this.addEventListener("weir-live", (event) => {
      this.live = (event as CustomEvent<LiveState>).detail;
    });
  }

  async start(): Promise<void> {
    this.access = { kind: "asking" };
    const session = await this.services.api.session();
    if (session.ok) return this.#enter(session.value);
    this.access =
      session.failure.status === 401 ? { kind: "out" } : { kind: "failed", problem: session.failure };
  }

  signedOut(): void {
    this.access = { kind: "out" };
  }

  readAddress(): void {
    this.route = routeOf(location.pathname);
    if (this.route.page !== "experiment") this.live = "off"; // Only that page has a line of its own.
    this.requestUpdate(); // The query may have changed alone.
  }

  async #enter(session: Session): Promise<void> {
    const answer = await this.services.api.environments();
    this.access = answer.ok
      ? { kind: "in", session, environments: answer.value.items }
      : { kind: "failed", problem: answer.failure };
    this.#pulse.start();
    this.#completeAddress();
  }

  /** An address that came without its environment gets the one it is shown for, so that it can be passed on. */
  #completeAddress(): void {
    const query = new URLSearchParams(location.search);
    if (this.access.kind !== "in" || query.has("env") || this.route.page === "not-found") return;
    const environment = this.#environment(this.access.session, this.access.environments);
    if (environment === undefined) return;
    const path = location.pathname === "/" ? "/flags" : location.pathname;
    const kept = Object.fromEntries(query);
    this.services.navigator.go(hrefOf(path, { ...kept, env: environment.key }), { replace: true });
  }

  #environment(session: Session, environments: readonly EnvironmentRecord[]): EnvironmentRecord | undefined {
    const address = new URLSearchParams(location.search).get("env");
    return chooseEnvironment(environments, { address, session, last: localStorage.getItem(lastEnvironment) });
  }

  readonly signOut = async (): Promise<void> => {
    await this.services.api.signOut();
    this.signedOut();
  };

  #cycleTheme(): void {
    setTheme(nextTheme(themeNow()));
    this.requestUpdate();
  }

  #switchEnvironment(env: string): void {
    localStorage.setItem(lastEnvironment, env);
    this.services.navigator.go(hrefOf(location.pathname, { env }));
  }

  protected override updated(): void {
    const name =
      "key" in this.route
        ? this.route.key
        : this.route.page === "not-found"
          ? "Not found"
          : capital(this.route.page);
    document.title = this.access.kind === "in" ? `${name} · Weir` : "Weir";
  }

  override render() {
    const { access } = this;
    switch (access.kind) {
      case "asking":
        return html`<main class="sign-in">${loadingFace(1)}</main>`;
      case "out":
        return html`<weir-sign-in
          .services=${this.services}
          .signedIn=${(session: Session) => void this.#enter(session)}
        ></weir-sign-in>`;
      case "failed":
        return html`<main class="sign-in">
          <h1 class="visually-hidden">Weir</h1>
          ${problemFace(access.problem, () => void this.start())}
        </main>`;
      case "in":
        return this.#inside(access.session, access.environments);
    }
  }

  #inside(session: Session, environments: readonly EnvironmentRecord[]): TemplateResult {
    const address = new URLSearchParams(location.search).get("env");
    const environment = this.#environment(session, environments);
    const place: Place | undefined =
      environment === undefined
        ? undefined
        : { env: environment.key, envName: environment.name, production: environment.production, session };
    return shellFace({
      route: this.route,
      session,
      environments,
      environment,
      theme: themeNow(),
      pulse: this.#pulse.render(this.live),
      cycleTheme: () => this.#cycleTheme(),
      switchEnvironment: (env) => this.#switchEnvironment(env),
      signOut: this.signOut,
      page:
        place === undefined
          ? html`<div class="page">
              <h1>No environment yet</h1>
              ${emptyFace("Make the first one", "Flags and experiments live in an environment.", html`<code>weir environments create dev</code>`)}
            </div>`
          : this.#page(place, address),
    });
  }

  #page(place: Place, asked: string | null): TemplateResult | typeof nothing {
    if (asked !== null && asked !== place.env) {
      return html`<div class="page">
        <h1>No environment “${asked}”</h1>
        ${emptyFace("Choose another", "It was archived, never existed, or your token does not reach it.")}
      </div>`;
    }
    const { route, services } = this;
    switch (route.page) {
      case "flags":
        return html`<weir-flags
          .services=${services}
          .place=${place}
          .query=${location.search}
        ></weir-flags>`;
      case "flag":
        return html`<weir-flag
          .services=${services}
          .place=${place}
          .key=${route.key}
          .query=${location.search}
        ></weir-flag>`;
      case "experiments":
        return html`<weir-experiments .services=${services} .place=${place}></weir-experiments>`;
      case "experiment":
        return html`<weir-experiment
          .services=${services}
          .place=${place}
          .key=${route.key}
        ></weir-experiment>`;
      case "not-found":
        return html`<div class="page">
          <h1>Nothing at this address</h1>
          ${emptyFace("Lost?", `${route.path} leads nowhere.`, html`<a href=${hrefOf("/flags", { env: place.env })}>To the flags</a>`)}
        </div>`;
    }
  }
}
customElements.define("weir-app", WeirApp);

const capital = (word: string): string => `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
