import { Api } from "../api.ts";
import { CliFailure } from "../failure.ts";
import type { Target } from "../target.ts";
import type { Suite } from "./suite.ts";

/** Puts the suite's flags into an environment of a Weir, made when it is missing, and answers a token to ask them with. */
export async function seedWeir(suite: Suite, target: Target, environment: string): Promise<string> {
  const api = new Api(target);
  const made = await api.ask("POST", "/v1/environments", { body: { key: environment } });
  if (!made.ok && made.code !== "already_exists") throw new CliFailure(made.code, made.message);
  for (const { key, weir } of Object.values(suite.flags))
    await api.call("PUT", `/v1/flags/${key}`, { query: { env: environment }, body: weir });
  await api.call("POST", `/v1/environments/${environment}/publish`, { body: { note: "conformance" } });
  const { token } = await api.call<{ token: string }>("POST", "/v1/tokens", {
    body: { name: "conformance", kind: "browser", scopes: ["flags:evaluate"], environment },
  });
  return token;
}
