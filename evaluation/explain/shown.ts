/** Characters of a constant or an attribute in a trace: enough to recognise it by. */
const shownLengthMax = 120;

/** A value as short text; never throws. Lists and objects that are long or strange are named by what they are. */
export function shown(value: unknown): string {
  try {
    if (typeof value === "string") return cut(JSON.stringify(value.slice(0, shownLengthMax + 1)));
    if (Array.isArray(value) && value.length > 20) return `a list of ${value.length}`;
    if (typeof value === "object" && value !== null && Object.keys(value).length > 20) return "an object";
    const text = JSON.stringify(value, (_, member: unknown) =>
      typeof member === "bigint" ? String(member) : member,
    );
    return text === undefined ? typeof value : cut(text);
  } catch {
    return typeof value; // a circle, or something that throws when it is looked at
  }
}

const cut = (text: string): string =>
  text.length > shownLengthMax ? `${text.slice(0, shownLengthMax)}…` : text;
