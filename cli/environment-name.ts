import { z } from "zod";
import { routes } from "../protocols/routes.ts";
import type { Api } from "./api.ts";
import { usageFailure } from "./failure.ts";

const Session = z.looseObject({ environment: z.string().optional() });

/** The environment that was named, else the only one that the token is good for. */
export async function environmentName(api: Api, given: string | undefined): Promise<string> {
  if (given !== undefined) return given;
  const { method, path } = routes.session;
  const { environment } = Session.parse(await api.call(method, path));
  if (environment === undefined)
    throw usageFailure("the token is good for every environment: name one with --env");
  return environment;
}
