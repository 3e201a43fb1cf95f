import { readFileSync } from "node:fs";
import type { CliConfig } from "./config.ts";
import { CliFailure, usageFailure } from "./failure.ts";
import { dataPaths, defaultDataDir } from "./paths.ts";
import { readRunFile } from "./run-file.ts";

/** The Weir a command talks to. */
export interface Target {
  readonly url: string;
  readonly token: string;
}

export interface TargetOptions {
  readonly url?: string;
  readonly token?: string;
  readonly dataDir?: string;
}

/** By options, else by variables, else the one that runs on the data directory; undefined when none runs there. */
export function findTarget(options: TargetOptions, config: CliConfig): Target | undefined {
  const dataDir = options.dataDir ?? config.dataDir ?? defaultDataDir;
  const run = readRunFile(dataDir);
  const url = options.url ?? config.url ?? run?.url;
  if (url === undefined) return undefined;
  // A token of our own data directory is sent to no other address than the Weir that made it.
  const token = options.token ?? config.token ?? (url === run?.url ? readRootToken(dataDir) : undefined);
  if (token === undefined) throw usageFailure(`a token is needed for ${url}: give --token or set WEIR_TOKEN`);
  return { url, token };
}

export function requireTarget(options: TargetOptions, config: CliConfig): Target {
  const target = findTarget(options, config);
  if (target !== undefined) return target;
  const dataDir = options.dataDir ?? config.dataDir ?? defaultDataDir;
  throw new CliFailure(
    "not_running",
    `no Weir runs on ${dataDir}: start one with 'weir up', or give --url and --token`,
  );
}

export function readRootToken(dataDir: string): string | undefined {
  try {
    return readFileSync(dataPaths(dataDir).rootToken, "utf8").trim();
  } catch {
    return undefined;
  }
}
