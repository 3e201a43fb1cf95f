import type { Page } from "../../protocols/environment-messages.ts";
import { fail, succeed } from "../../protocols/errors.ts";
import type { Answer as Outcome } from "../../protocols/failures.ts";
import { queryValue } from "../http.ts";

/** Items of a page of entities. */
const entityLimits = { limitDefault: 100, limitMax: 100 };

export interface PageAsked {
  readonly limit: number;
  /** Key of the last item seen. */
  readonly after: string | undefined;
}

/** `?limit=` and `?cursor=`. */
export function pageAsked(query: string, limits = entityLimits): Outcome<PageAsked> {
  const { limitDefault, limitMax } = limits;
  const limitText = queryValue(query, "limit") ?? String(limitDefault);
  const limit = Number(limitText);
  if (!Number.isInteger(limit) || limit < 1 || limit > limitMax)
    return fail({
      code: "invalid_request",
      issues: [{ path: "limit", message: `must be 1 to ${limitMax}` }],
    });
  const cursor = queryValue(query, "cursor");
  const after = cursor === undefined ? undefined : readCursor(cursor);
  return cursor !== undefined && after === undefined ? foreignCursor() : succeed({ limit, after });
}

const foreignCursor = (): Outcome<never> =>
  fail({ code: "invalid_request", issues: [{ path: "cursor", message: "is not one of ours" }] });

export interface NumberedPageAsked {
  readonly limit: number;
  /** Where the page before ended: a version, or a place in a list. At least 1. */
  readonly after: number | undefined;
}

/** The same of what is numbered. */
export function numberedPageAsked(query: string, limits = entityLimits): Outcome<NumberedPageAsked> {
  const asked = pageAsked(query, limits);
  if (!asked.ok) return asked;
  const { limit } = asked.value;
  const after = asked.value.after === undefined ? undefined : Number(asked.value.after);
  if (after === undefined || (Number.isSafeInteger(after) && after >= 1)) return succeed({ limit, after });
  return foreignCursor();
}

/** A page that an actor made, with its continuation as a cursor. */
export const pageShown = <Item>({ items, next }: Page<Item>): Page<Item> => ({
  items,
  ...(next === undefined ? {} : { next: cursorOf(String(next)) }),
});

/**
 * Part of a list that is here. The cursor names the last item seen, not a place in the list, so items that come or go
 * between two requests move nothing. Items must be sorted by `keyOf`.
 */
export function pageOf<Item>(
  query: string,
  items: readonly Item[],
  keyOf: (item: Item) => string,
): Outcome<Page<Item>> {
  const asked = pageAsked(query);
  if (!asked.ok) return asked;
  const { limit, after } = asked.value;
  const rest = after === undefined ? items : items.filter((item) => after < keyOf(item));
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
