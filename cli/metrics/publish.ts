import { z } from "zod";
import { routes } from "../../protocols/routes.ts";
import type { Api } from "../api.ts";
import { fill } from "../replay/scratch.ts";

const Receipt = z.looseObject({
  version: z.number(),
  warnings: z.array(z.object({ path: z.string(), message: z.string() })).default([]),
});

/** Publishes the environment's drafts; the warnings name what experiments keep. */
export async function publishWithWarnings(
  api: Api,
  environment: string,
  note: string,
): Promise<z.infer<typeof Receipt>> {
  const { method, path } = routes.publishEnvironment;
  return Receipt.parse(await api.call(method, fill(path, { key: environment }), { body: { note } }));
}
