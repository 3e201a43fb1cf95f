import { z } from "zod";
import { unitIdOf } from "../../evaluation/unit.ts";
import { defaultUnitType, type UnitType } from "../../protocols/ids.ts";
import { routes } from "../../protocols/routes.ts";
import type { Api } from "../api.ts";
import type { Clock } from "../clock.ts";
import { CliFailure } from "../failure.ts";
import { fill } from "../replay/scratch.ts";
import type { ImportOptions } from "./imported.ts";

// The environment that an import goes to.

/** It is made when it is missing. */
export async function requireEnvironment(api: Api, environment: string, signal: AbortSignal): Promise<void> {
  const { method, path } = routes.createEnvironment;
  const answer = await api.ask(method, path, { body: { key: environment, name: environment }, signal });
  // A token that may not make environments may still write to one that is there.
  if (!answer.ok && answer.code !== "already_exists" && answer.code !== "forbidden")
    throw new CliFailure(answer.code, `cannot make the environment ${environment}: ${answer.message}`);
}

const Salted = z.looseObject({ plan: z.looseObject({ unitSalt: z.string() }) });
const Some = z.looseObject({ items: z.array(z.unknown()) });

/**
 * How the environment's raw keys become pseudonyms. Its salt is in its published configuration; an environment that is
 * still empty publishes that.
 */
export async function unitIdsOf(
  api: Api,
  environment: string,
  clock: Clock,
  signal: AbortSignal,
  unitType: UnitType = defaultUnitType,
): Promise<ImportOptions["unitIdOf"]> {
  const published = await configOf(api, environment, signal);
  const config = published ?? (await publishEmpty(api, environment, clock, signal));
  const { unitSalt } = Salted.parse(config).plan;
  return (rawKey) => unitIdOf(unitSalt, unitType, rawKey);
}

async function configOf(api: Api, environment: string, signal: AbortSignal): Promise<unknown> {
  const { method, path } = routes.config;
  const answer = await api.ask<unknown>(method, fill(path, { env: environment }), { signal });
  if (answer.ok) return answer.value;
  if (answer.code === "nothing_published") return undefined;
  throw new CliFailure(answer.code, `cannot read the configuration of ${environment}: ${answer.message}`);
}

/** An edge polls once a second. */
const planTriesMax = 100;
const planPollMs = 200;

async function publishEmpty(
  api: Api,
  environment: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<unknown> {
  const { method, path } = routes.flags;
  const drafts = Some.parse(await api.call(method, path, { query: { env: environment }, signal }));
  if (drafts.items.length > 0)
    throw new CliFailure(
      "nothing_published",
      `publish ${environment} once before: its salt, which lists of keys need, is in the published configuration`,
    );
  await publish(api, environment, "Empty, before an import or upload", signal);
  for (let tries = 0; tries < planTriesMax; tries++) {
    const config = await configOf(api, environment, signal);
    if (config !== undefined) return config;
    await clock.sleep(planPollMs, signal);
  }
  throw new CliFailure("unavailable", `the edge does not show the configuration of ${environment}`);
}

export async function publish(
  api: Api,
  environment: string,
  note: string,
  signal: AbortSignal,
): Promise<number> {
  const { method, path } = routes.publishEnvironment;
  const receipt = await api.call(method, fill(path, { key: environment }), { body: { note }, signal });
  return z.looseObject({ version: z.number() }).parse(receipt).version;
}

/** False for one that ran already. */
export async function start(
  api: Api,
  environment: string,
  experiment: string,
  signal: AbortSignal,
): Promise<boolean> {
  const { method, path } = routes.lifecycle;
  const at = fill(path, { key: experiment, action: "start" });
  const answer = await api.ask(method, at, { body: {}, query: { env: environment }, signal });
  if (!answer.ok && answer.code !== "illegal_transition")
    throw new CliFailure(answer.code, `experiment ${experiment} could not be started: ${answer.message}`);
  return answer.ok;
}
