import { parseArgs } from "node:util";
import { z } from "zod";
import { systemRandom } from "../../runtime/index.ts";
import { faultReport, runFaults } from "./run.ts";

// `npm run faults`: breaks a whole Weir of its own on this machine while events come in, and says what was counted.

const help = `Usage: npm run faults -- [options]

Starts a Weir with two gateways, sends it events of every kind, kills and suspends its parts at random, fills, locks and spoils
the disk of its ClickHouse, and compares what was acknowledged with the rolling sums and with ClickHouse, per experiment,
variant and metric. Ends with 1 on any difference. A full and a read-only disk need the right to mount; from 600 s on a unit
has a million events, and ClickHouse is away for two minutes, from 900 s on for ten.

  --seconds N   how long it is broken (900)
  --seed N      draws the same events and faults in the same order (at random)
  --events N    events a second (1500)
  --heavy N     events of one unit beside them (20000; 1000000 from 600 s on)
  --help
`;

const Settings = z.object({
  seconds: z.coerce.number().int().min(1).max(86_400).default(900),
  seed: z.coerce
    .number()
    .int()
    .min(0)
    .max(1_000_000)
    .default(() => Math.floor(systemRandom.fraction() * 1_000_000)),
  events: z.coerce.number().int().min(1).max(100_000).default(1_500),
  heavy: z.coerce.number().int().min(1).max(5_000_000).optional(),
});

const text = { type: "string" } as const;
const { values } = parseArgs({
  options: { seconds: text, seed: text, events: text, heavy: text, help: { type: "boolean" } },
});
const settings = Settings.safeParse(values);
if (values.help === true) process.stdout.write(help);
else if (!settings.success) {
  for (const { path, message } of settings.error.issues)
    process.stderr.write(`--${path.join()}: ${message}\n`);
  process.exitCode = 2;
} else {
  const { seconds, seed, events, heavy } = settings.data;
  const ending = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => ending.abort());
  const progress = (line: string): void => void process.stderr.write(`${line}\n`);
  const options = {
    seconds,
    seed,
    perSecond: events,
    ...(heavy === undefined ? {} : { heavyEvents: heavy }),
    progress,
    signal: ending.signal,
  };
  process.stdout.write(`seed ${seed}\n`);
  const run = await runFaults(options);
  process.stdout.write(`\n${faultReport(run, options)}`);
  if (run.differences.length > 0) process.exitCode = 1;
}
