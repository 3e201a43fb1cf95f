import { fail, succeed } from "../../protocols/errors.ts";
import type { Answer as Outcome } from "../../protocols/failures.ts";
import { queryValue, type RequestHead } from "../http.ts";

// Which form an answer takes: `?format=`, else what `Accept` likes best, else the first that there is.

const mediaTypes = {
  json: "application/json",
  md: "text/markdown",
  html: "text/html",
  csv: "text/csv",
} as const;
export type Format = keyof typeof mediaTypes;

export function formatOf<Offered extends Format>(
  head: Pick<RequestHead, "query" | "header">,
  offered: readonly [Offered, ...Offered[]],
): Outcome<Offered> {
  const wanted = queryValue(head.query, "format");
  if (wanted === undefined) return succeed(accepted(head.header("accept"), offered));
  const format = offered.find((each) => each === wanted);
  return format === undefined
    ? fail({
        code: "invalid_request",
        issues: [{ path: "format", message: `must be ${offered.join(" or ")}` }],
      })
    : succeed(format);
}

/** The largest q wins; of equal ones what we offer first. Whoever accepts none of it gets the first all the same. */
function accepted<Offered extends Format>(
  accept: string,
  offered: readonly [Offered, ...Offered[]],
): Offered {
  const ranges = accept
    .toLowerCase()
    .split(",")
    .map((part) => {
      const [type = "", ...parameters] = part.split(";").map((each) => each.trim());
      const q = parameters.find((each) => each.startsWith("q="))?.slice(2);
      return { type, q: q === undefined ? 1 : Number(q) };
    });
  const liking = (format: Format): number => {
    const type = mediaTypes[format];
    const names = [type, `${type.split("/")[0] ?? ""}/*`, "*/*"];
    // The most exact range that names it decides.
    for (const name of names) {
      const range = ranges.find((each) => each.type === name);
      if (range !== undefined) return Number.isFinite(range.q) ? range.q : 0;
    }
    return 0;
  };
  return offered.reduce((best, format) => (liking(format) > liking(best) ? format : best));
}
