import type { Json } from "../../protocols/json.ts";

/** Beyond them a whole number fits no integer of 64 bits, and ClickHouse's parser refuses the whole document. */
const integerMax = 2 ** 63;

/**
 * Properties as JSON that ClickHouse reads whole: with half a surrogate pair, or a whole number of more than 64 bits
 * written out, it would read nothing of it. The first becomes U+FFFD, the second is written with an exponent, which says
 * the same. Both are rare, so that looking for them in the text is all that it costs others.
 */
export function metadataText(metadata: Readonly<Record<string, Json>> | undefined): string {
  if (metadata === undefined) return "";
  const text = JSON.stringify(metadata);
  return /\\u[dD][89a-fA-F]|\d{19}/.test(text) ? written(metadata) : text;
}

function written(value: Json): string {
  if (typeof value === "string") return JSON.stringify(value.toWellFormed());
  if (typeof value === "number")
    return Math.abs(value) >= integerMax ? value.toExponential() : JSON.stringify(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(written).join(",")}]`;
  const members = Object.entries(value).map(
    ([name, member]) => `${written(name)}:${written(member as Json)}`,
  );
  return `{${members.join(",")}}`;
}
