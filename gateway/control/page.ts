import { fail, succeed } from "../../protocols/errors.ts";
import type { Answer as Outcome } from "../../protocols/failures.ts";
import { queryValue } from "../http.ts";

const limitMax = 100;

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Cursor of the next page; absent on the last. */
  readonly next?: string;
}

/**
 * Part of a list. The cursor names the last item seen, not a place in the list, so items that come or go between two
 * requests move nothing. Items must be sorted by `keyOf`, in the order of `before`.
 */
export function pageOf<Item>(
  query: string,
  items: readonly Item[],
  keyOf: (item: Item) => string,
  before: (a: string, b: string) => boolean = (a, b) => a < b,
): Outcome<Page<Item>> {
  const limitText = queryValue(query, "limit") ?? String(limitMax);
  const limit = Number(limitText);
  if (!Number.isInteger(limit) || limit < 1 || limit > limitMax)
    return fail({
      code: "invalid_request",
      issues: [{ path: "limit", message: `must be 1 to ${limitMax}` }],
    });
  const cursor = queryValue(query, "cursor");
  const after = cursor === undefined ? undefined : readCursor(cursor);
  if (cursor !== undefined && after === undefined)
    return fail({ code: "invalid_request", issues: [{ path: "cursor", message: "is not one of ours" }] });
  const rest = after === undefined ? items : items.filter((item) => before(after, keyOf(item)));
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  return succeed({
    items: page,
    ...(rest.length > limit && last !== undefined ? { next: cursorOf(keyOf(last)) } : {}),
  });
}

const cursorOf = (key: string): string => Buffer.from(`k:${key}`).toString("base64url");

function readCursor(text: string): string | undefined {
  const decoded = Buffer.from(text, "base64url").toString("utf8");
  return decoded.startsWith("k:") ? decoded.slice(2) : undefined;
}
