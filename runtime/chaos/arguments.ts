import { parseArgs } from "node:util";
import { z } from "zod";
import { leaseTtlMsDefault } from "../limits.ts";
import type { Random } from "../ports/random.ts";
import type { ChaosOptions } from "./run.ts";

export const help = `Usage: npm run chaos -- [options]

Starts three nats-servers and three hosts of actors on this machine, puts them under load, breaks them at random, mends
them, and compares what the streams hold with what the users were told. Ends with 1 when anything is lost, doubled or
out of order; then the data and the logs are kept.

  --seconds N      how long it is broken (600)
  --seed N         draws the same faults in the same order (at random)
  --commands N     commands a second, all users together (200)
  --events N       events a second (50)
  --lease-ms N     life of a host's leases (${leaseTtlMsDefault})
  --no-fsync       the servers do not flush before they acknowledge
  --keep           keep the data and the logs also when nothing was found
  --help
`;

const Settings = z.object({
  seconds: z.coerce.number().int().min(1).max(86_400).default(600),
  seed: z.coerce.number().int().min(0).max(1_000_000).optional(),
  commands: z.coerce.number().int().min(1).max(5_000).default(200),
  events: z.coerce.number().int().min(1).max(5_000).default(50),
  "lease-ms": z.coerce.number().int().min(500).max(60_000).default(leaseTtlMsDefault),
  "no-fsync": z.boolean().default(false),
  keep: z.boolean().default(false),
});

export type ChaosArguments =
  | { readonly kind: "help" }
  | { readonly kind: "mistake"; readonly text: string }
  | {
      readonly kind: "run";
      readonly settings: Omit<ChaosOptions, "dataDir">;
      readonly keep: boolean;
    };

export function chaosArguments(given: readonly string[], random: Pick<Random, "fraction">): ChaosArguments {
  try {
    const text = { type: "string" } as const;
    const flag = { type: "boolean" } as const;
    const { values } = parseArgs({
      args: [...given],
      options: {
        seconds: text,
        seed: text,
        commands: text,
        events: text,
        "lease-ms": text,
        "no-fsync": flag,
        keep: flag,
        help: flag,
      },
    });
    if (values.help === true) return { kind: "help" };
    const parsed = Settings.safeParse(values);
    if (!parsed.success) {
      const issues = parsed.error.issues.map(({ path, message }) => `--${path.join()}: ${message}`);
      return { kind: "mistake", text: issues.join("\n") };
    }
    const { seconds, seed, commands, events } = parsed.data;
    return {
      kind: "run",
      keep: parsed.data.keep,
      settings: {
        seconds,
        seed: seed ?? Math.floor(random.fraction() * 1_000_000),
        commandsPerSecond: commands,
        eventsPerSecond: events,
        leaseTtlMs: parsed.data["lease-ms"],
        syncAlways: !parsed.data["no-fsync"],
      },
    };
  } catch (error) {
    return { kind: "mistake", text: error instanceof Error ? error.message : String(error) };
  }
}
