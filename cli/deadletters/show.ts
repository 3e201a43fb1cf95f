import { LetterDetail } from "../../protocols/dead-letters.ts";
import { routes } from "../../protocols/routes.ts";
import { Api } from "../api.ts";
import type { Target } from "../target.ts";

/** `weir deadletters show`. */
export async function showLetter(target: Target, id: string, json: boolean): Promise<string> {
  const { method, path } = routes.deadLetter;
  const answer = await new Api(target).call(method, path.replace(":id", encodeURIComponent(id)));
  const detail = LetterDetail.parse(answer);
  return json ? JSON.stringify(detail) : textOf(detail);
}

function textOf({
  id,
  kind,
  code,
  message,
  at,
  from,
  environment,
  type,
  bytes,
  ...rest
}: LetterDetail): string {
  const lines = [
    `${id}  ${kind}${type === undefined ? "" : ` (${type})`}  ${code}`,
    `  ${message}`,
    `  at ${new Date(at).toISOString()}, from ${from}${environment === undefined ? "" : `, in ${environment}`}, ${bytes} bytes`,
  ];
  if (rest.place !== undefined) lines.push(`  place ${JSON.stringify(rest.place)}`);
  lines.push(
    rest.original === undefined
      ? "  the original was not kept: too large, or no object"
      : `  original ${typeof rest.original === "string" ? rest.original : JSON.stringify(rest.original, null, 2).replaceAll("\n", "\n  ")}`,
  );
  if (rest.stack !== undefined) lines.push(`  ${rest.stack.replaceAll("\n", "\n  ")}`);
  lines.push(rest.mayRetry ? `  weir deadletters retry ${id}` : "  it cannot be retried");
  return lines.join("\n");
}
