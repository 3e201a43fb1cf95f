import { type Command, InvalidArgumentError } from "commander";
import type { CliConfig } from "./config.ts";
import { defaultDataDir } from "./paths.ts";

// What the definitions of all commands share.

export const say = (line: string): void => void process.stdout.write(`${line}\n`);

export const integer =
  (min: number, max: number) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() === "" || !Number.isInteger(value) || value < min || value > max)
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
    return value;
  };

export const withTarget = (command: Command, config: CliConfig): Command =>
  command
    .option("--url <url>", "where Weir runs (default: the one on --data-dir; or WEIR_URL)")
    .option("--token <token>", "an access token (default: the root token of --data-dir; or WEIR_TOKEN)")
    .option("--data-dir <dir>", "data directory of a Weir on this machine", config.dataDir ?? defaultDataDir);
