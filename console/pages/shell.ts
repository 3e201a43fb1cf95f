import { html, nothing, svg, type TemplateResult } from "lit";
import { ifDefined } from "lit/directives/if-defined.js";
import type { EnvironmentRecord } from "../../protocols/directory.ts";
import type { Session } from "../api.ts";
import { hrefOf, type Route } from "../router.ts";
import { setShortcuts, shortcutsOn } from "../ui/keys.ts";
import type { Theme } from "../ui/theme.ts";
import { dateText } from "../words/numbers.ts";
import { kindOf, labelOf } from "./environment.ts";

export interface Shell {
  readonly route: Route;
  readonly session: Session;
  readonly environments: readonly EnvironmentRecord[];
  readonly environment: EnvironmentRecord | undefined;
  readonly theme: Theme;
  readonly pulse: TemplateResult;
  readonly page: TemplateResult | typeof nothing;
  readonly cycleTheme: () => void;
  readonly switchEnvironment: (env: string) => void;
  readonly signOut: () => void;
}

const sections = [
  {
    path: "/flags",
    name: "Flags",
    pages: ["flags", "flag"],
    icon: svg`<path d="M3 14V2.5h8.5l-2 3 2 3H3" />`,
  },
  {
    path: "/experiments",
    name: "Experiments",
    pages: ["experiments", "experiment"],
    icon: svg`<path d="M6 2v4.5L2.5 13a1 1 0 0 0 .9 1.5h9.2a1 1 0 0 0 .9-1.5L10 6.5V2M5 2h6M4.5 10h7" />`,
  },
] as const;

const themeFaces: Record<Theme, { readonly glyph: string; readonly word: string }> = {
  system: { glyph: "◐", word: "System" },
  light: { glyph: "☀", word: "Light" },
  dark: { glyph: "☾", word: "Dark" },
};

/** The frame around every page. */
export const shellFace = (shell: Shell): TemplateResult =>
  html`<div class="shell">
    <a class="skip" href="#main">Skip to content</a>
    <div
      class="env-line"
      data-env=${shell.environment === undefined ? "dev" : kindOf(shell.environment)}
    ></div>
    <header class="top">
      <a class="brand" href=${hrefOf("/flags", { env: shell.environment?.key })} aria-label="Weir, home"
        ><img src="/favicon.svg" alt="" /><span>Weir</span></a
      >
      ${environmentSwitch(shell)}
      <span class="spacer"></span>
      ${shell.pulse}
      <button
        class="quiet"
        title="Theme (T)"
        aria-label="${themeFaces[shell.theme].word}: change the theme"
        @click=${shell.cycleTheme}
      >
        <span aria-hidden="true">${themeFaces[shell.theme].glyph}</span>
        <span class="theme-word">${themeFaces[shell.theme].word}</span>
      </button>
      <button class="quiet" popovertarget="account">Account</button>
    </header>
    <nav class="side" aria-label="Main">
      <ul>
        ${sections.map((section) => navLink(section, shell))}
      </ul>
    </nav>
    <main id="main" tabindex="-1">${shell.page}</main>
    ${accountPanel(shell)}
  </div>`;

function navLink(section: (typeof sections)[number], { route, environment }: Shell): TemplateResult {
  const current = section.pages.some((page) => page === route.page) ? "page" : undefined;
  return html`<li>
    <a href=${hrefOf(section.path, { env: environment?.key })} aria-current=${ifDefined(current)}>
      <svg viewBox="0 0 16 16" aria-hidden="true">${section.icon}</svg>${section.name}
    </a>
  </li>`;
}

function environmentSwitch({
  environments,
  environment,
  switchEnvironment,
}: Shell): TemplateResult | typeof nothing {
  if (environment === undefined) return nothing;
  return html`<div class="env-switch" data-env=${kindOf(environment)}>
    <span class="env-dot"></span>
    <select
      aria-label="Environment"
      @change=${(event: Event) => switchEnvironment((event.target as HTMLSelectElement).value)}
    >
      ${environments
        .filter(({ archived }) => !archived)
        .map(
          (one) =>
            html`<option value=${one.key} ?selected=${one.key === environment.key}>${labelOf(one)}</option>`,
        )}
    </select>
  </div>`;
}

const accountPanel = ({ session, signOut }: Shell): TemplateResult =>
  html`<div class="account" id="account" popover>
    <dl>
      <div>
        <dt>Signed in with</dt>
        <dd>${session.name}</dd>
      </div>
      <div>
        <dt>May</dt>
        <dd>${session.scopes.join(", ")}</dd>
      </div>
      ${
        session.expiresAt === undefined
          ? nothing
          : html`<div>
              <dt>Until</dt>
              <dd>${dateText(new Date(session.expiresAt).getTime())}</dd>
            </div>`
      }
    </dl>
    <label>
      <input
        type="checkbox"
        .checked=${shortcutsOn()}
        @change=${(event: Event) => setShortcuts((event.target as HTMLInputElement).checked)}
      />
      <span>Single-key shortcuts <kbd>/</kbd> <kbd>P</kbd> <kbd>T</kbd></span>
    </label>
    <button @click=${signOut}>Sign out</button>
  </div>`;
