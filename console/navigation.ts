// How the address changes without a page load: the Navigation API where there is one, clicks and popstate elsewhere.

/** Asked before an address is left; false keeps the reader where they are. */
type Guard = () => boolean;

export class Navigator {
  readonly #changed: () => void;
  #guard: Guard | undefined;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Starts listening, for the life of the document. */
  start(): void {
    if ("navigation" in window)
      window.navigation.addEventListener("navigate", (event) => this.#intercept(event));
    else this.#listenToClicks();
  }

  go(href: string, options: { replace?: boolean } = {}): void {
    if ("navigation" in window) {
      const { finished } = window.navigation.navigate(href, {
        history: options.replace === true ? "replace" : "auto",
      });
      finished?.catch(() => undefined); // Overtaken by a later one, or kept back by the guard.
      return;
    }
    if (new URL(href, location.href).pathname !== location.pathname && !this.#mayLeave()) return;
    if (options.replace === true) history.replaceState(null, "", href);
    else history.pushState(null, "", href);
    this.#changed();
  }

  /** One page at a time may hold unsaved work. */
  guard(guard: Guard | undefined): void {
    this.#guard = guard;
  }

  #mayLeave(): boolean {
    return this.#guard?.() ?? true;
  }

  #intercept(event: NavigateEvent): void {
    if (!event.canIntercept || event.hashChange || event.downloadRequest !== null) return;
    const samePage = new URL(event.destination.url).pathname === location.pathname;
    if (event.navigationType !== "reload" && !samePage && event.cancelable && !this.#mayLeave()) {
      event.preventDefault();
      return;
    }
    if (event.navigationType === "reload") return;
    event.intercept({
      // A filter that is typed into rewrites the address at each key: focus and scroll must stay.
      focusReset: samePage ? "manual" : "after-transition",
      scroll: samePage ? "manual" : "after-transition",
      handler: async () => this.#changed(),
    });
  }

  #listenToClicks(): void {
    addEventListener("popstate", () => this.#changed());
    document.addEventListener("click", (event) => {
      const plain =
        event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
      const link = event.composedPath().find((node) => node instanceof HTMLAnchorElement);
      if (!plain || event.defaultPrevented || link === undefined) return;
      if (link.origin !== location.origin || link.target !== "" || link.hasAttribute("download")) return;
      event.preventDefault();
      this.go(link.href);
    });
  }
}
