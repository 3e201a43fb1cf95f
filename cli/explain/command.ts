import { readFileSync } from "node:fs";
import { z } from "zod";
import { traceText } from "../../evaluation/explain/text.ts";
import { routes } from "../../protocols/routes.ts";
import { Trace } from "../../protocols/trace.ts";
import { Api } from "../api.ts";
import { sentenceOf, usageFailure } from "../failure.ts";
import type { Target } from "../target.ts";

export interface ExplainOptions {
  readonly flag: string;
  readonly env: string;
  /** JSON, or `@FILE`. */
  readonly context: string;
  /** Stands in the context as `targetingKey`. */
  readonly unitKey?: string | undefined;
  readonly version?: number | undefined;
  readonly at?: string | undefined;
  readonly json?: boolean | undefined;
}

const Decision = z.looseObject({
  flagKey: z.string(),
  variation: z.string().optional(),
  value: z.unknown().optional(),
  reason: z.string(),
  code: z.string(),
  ruleId: z.string().optional(),
  experiment: z.string().optional(),
  variant: z.string().optional(),
  propensity: z.number().optional(),
  shadow: z.string().optional(),
  configVersion: z.number(),
  trace: Trace,
});
type Decision = z.infer<typeof Decision>;

/** `weir explain`: what a flag gives somebody, and everything that was tried on the way. */
export async function explainCommand(target: Target, options: ExplainOptions): Promise<string> {
  const { flag, env, unitKey, version, at } = options;
  const context = contextOf(options.context);
  const body = {
    envKey: env,
    flagKey: flag,
    context: unitKey === undefined ? context : { ...context, targetingKey: unitKey },
    explain: true,
  };
  const query = {
    ...(version === undefined ? {} : { version: String(version) }),
    ...(at === undefined ? {} : { at }),
  };
  const { method, path } = routes.evaluate;
  const answer = await new Api(target).call(method, path, { body, query });
  return options.json === true ? JSON.stringify(answer, undefined, 2) : textOf(Decision.parse(answer));
}

function contextOf(text: string): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(text.startsWith("@") ? readFileSync(text.slice(1), "utf8") : text);
    if (typeof json === "object" && json !== null && !Array.isArray(json)) return { ...json };
  } catch (error) {
    throw usageFailure(`--context cannot be read: ${sentenceOf(error)}`);
  }
  throw usageFailure("--context must be a JSON object");
}

function textOf(decision: Decision): string {
  const { variation, value, reason, code, experiment, variant, propensity, shadow, configVersion } = decision;
  const served = variation === undefined ? "nothing" : `${variation} = ${JSON.stringify(value)}`;
  const facts = [
    ["serves", served],
    ["because", `${code} (${reason})`],
    ["rule", decision.ruleId],
    ["experiment", experiment === undefined ? undefined : `${experiment}, variant ${variant ?? "none"}`],
    ["chance", propensity === undefined ? undefined : `${+(propensity * 100).toFixed(4)} %`],
    ["shadow", shadow],
    ["version", String(configVersion)],
  ] as const;
  const lines = facts.flatMap(([name, text]) => (text === undefined ? [] : [`${name.padEnd(11)}${text}`]));
  return [...lines, "", traceText(decision.trace)].join("\n");
}
