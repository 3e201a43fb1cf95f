// Markup as text, escaped where it is made. Nothing else in a report's page writes an angle bracket.

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

export const escaped = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? "");

/** Markup that is already escaped, so that no text can pass for it by accident. */
export interface Markup {
  readonly markup: string;
}

type Attributes = Readonly<Record<string, string | number | undefined>>;

/** One element. Children that are texts are escaped; an attribute without a value is left out. */
export function element(
  name: string,
  attributes: Attributes,
  ...children: readonly (string | Markup)[]
): Markup {
  const written = Object.entries(attributes)
    .map(([key, value]) => (value === undefined ? "" : ` ${key}="${escaped(String(value))}"`))
    .join("");
  const inner = children.map((child) => (typeof child === "string" ? escaped(child) : child.markup)).join("");
  return { markup: voids.has(name) ? `<${name}${written}>` : `<${name}${written}>${inner}</${name}>` };
}

export const together = (parts: readonly Markup[]): Markup => ({
  markup: parts.map(({ markup }) => markup).join(""),
});

const voids: ReadonlySet<string> = new Set(["meta", "br", "col"]);
