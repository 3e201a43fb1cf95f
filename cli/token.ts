import { z } from "zod";
import { TokenInput } from "../protocols/organisation-messages.ts";
import { issuesOf } from "../protocols/errors.ts";
import { routes } from "../protocols/routes.ts";
import { Api } from "./api.ts";
import { usageFailure } from "./failure.ts";
import type { Target } from "./target.ts";

const Created = z.object({ token: z.string(), prefix: z.string() });

/** Makes a token and answers its text, which cannot be had again. */
export async function createToken(target: Target, input: z.input<typeof TokenInput>): Promise<string> {
  const parsed = TokenInput.safeParse(input);
  if (!parsed.success) {
    const [issue] = issuesOf(parsed.error);
    throw usageFailure(`the token cannot be made: ${issue?.path ?? ""}: ${issue?.message ?? ""}`);
  }
  const { method, path } = routes.createToken;
  const created = Created.parse(await new Api(target).call(method, path, { body: parsed.data }));
  return created.token;
}
