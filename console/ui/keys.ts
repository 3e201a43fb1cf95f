import type { ReactiveController, ReactiveControllerHost } from "lit";

// Single-key shortcuts. They can be turned off, and are off where text is typed (WCAG 2.1.4).

const place = "weir-shortcuts";

export const shortcutsOn = (): boolean => localStorage.getItem(place) !== "off";
export const setShortcuts = (on: boolean): void => localStorage.setItem(place, on ? "on" : "off");

const typing = "input:not([type=checkbox], [type=range]), textarea, select, [contenteditable]";

export class Keys implements ReactiveController {
  readonly #actions: Readonly<Record<string, () => void>>;

  constructor(host: ReactiveControllerHost, actions: Readonly<Record<string, () => void>>) {
    this.#actions = actions;
    host.addController(this);
  }

  hostConnected(): void {
    addEventListener("keydown", this.#press);
  }

  hostDisconnected(): void {
    removeEventListener("keydown", this.#press);
  }

  readonly #press = (event: KeyboardEvent): void => {
    const action = this.#actions[event.key.toLowerCase()];
    if (action === undefined || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (!shortcutsOn() || (event.target instanceof Element && event.target.closest(typing) !== null)) return;
    if (document.querySelector("dialog[open]") !== null) return;
    event.preventDefault();
    action();
  };
}
