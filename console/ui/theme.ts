// Light, dark or the system's; remembered, and the same in all tabs at once.

export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

const place = "weir-theme";

export function themeNow(): Theme {
  const kept = localStorage.getItem(place);
  return themes.find((theme) => theme === kept) ?? "system";
}

export function setTheme(theme: Theme): void {
  localStorage.setItem(place, theme);
  applyTheme();
}

export function applyTheme(): void {
  const theme = themeNow();
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
}

/** Storage events reach the other tabs only, which is just whom we want. */
export function followTheme(changed: () => void): void {
  addEventListener("storage", ({ key }) => {
    if (key !== place) return;
    applyTheme();
    changed();
  });
}

export const nextTheme = (theme: Theme): Theme =>
  themes[(themes.indexOf(theme) + 1) % themes.length] ?? "system";
