// `npm start` and its siblings: makes this folder ready (Node 22, packages, nats-server, console), each step once,
// then runs the command. Plain JavaScript without packages, because it runs before there is either, under the
// system's Node 20 or newer.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { check, test } from "./checks.mjs";
import { ensureConsole } from "./console.mjs";
import { ensureDependencies } from "./dependencies.mjs";
import { exclusively } from "./lock.mjs";
import { ensureNats } from "./nats.mjs";
import { ensureNode, environmentWith } from "./node.mjs";
import { endWithNpm, foreground, forwardSignals } from "./run.mjs";
import { explain, say, SetupError } from "./say.mjs";
import { ensureTestPrograms, testPrograms } from "./system-packages.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const settings = join(root, ".env");
// Node itself reads the settings file; a variable that is already set wins over its line there.
const nodeFlags = [
  "--disable-warning=ExperimentalWarning",
  ...(existsSync(settings) ? [`--env-file=${settings}`] : []),
];

/** What each command needs beside Node and its packages, and what it runs. */
const commands = {
  start: {
    needs: () => ["nats", "console"],
    run: ({ script, args }) =>
      script("cli/main.ts", ["up", ...(args.includes("--no-demo") ? [] : ["--demo"]), ...args]),
  },
  weir: {
    needs: (args) => (args[0] === "up" ? ["nats", "console"] : []),
    run: ({ script, args }) => script("cli/main.ts", args),
  },
  bench: {
    needs: () => ["nats", "console"],
    run: ({ script, args }) => script("bench/main.ts", args),
  },
  simulate: {
    needs: () => [],
    run: ({ script, args }) => script("runtime/simulation/main.ts", args),
  },
  chaos: {
    needs: () => ["nats"],
    run: ({ script, args }) => script("runtime/chaos/main.ts", args),
  },
  faults: {
    needs: () => ["nats", "console"],
    run: ({ script, args }) => script("bench/faults/main.ts", args),
  },
  conformance: {
    needs: () => [],
    run: ({ script, args }) =>
      args[0] === "statistics"
        ? script("analytics/statistics/testing/reference/main.ts", args.slice(1))
        : script("cli/conformance/main.ts", args),
  },
  test: {
    // A person who names a file wants its answer now, with the programs that are here.
    needs: (args) =>
      args.some((arg) => !arg.startsWith("-")) ? ["nats"] : ["nats", "test programs", "console"],
    run: ({ env, node, args }) => test(root, env, node, args),
  },
  check: { needs: () => [], run: ({ env }) => check(root, env) },
  build: { needs: () => ["console"], run: () => 0 },
};

async function prepare(needs) {
  const node = await ensureNode(root);
  await ensureDependencies(root, node);
  const paths = {};
  if (needs.includes("nats")) paths.WEIR_NATS_SERVER = await ensureNats(root);
  if (needs.includes("test programs")) await ensureTestPrograms(root);
  if (needs.includes("console")) await ensureConsole(root, node);
  return { node, env: environmentWith(node, { ...testPrograms(), ...paths }) };
}

/** Set by a signal during set-up: what it interrupted fails for that reason and no other. */
let interruptedWith;

async function main([name, ...args]) {
  const command = Object.hasOwn(commands, name ?? "") ? commands[name] : undefined;
  if (command === undefined) {
    throw new SetupError(
      `there is no command ${name ?? "without a name"}: use one of ${Object.keys(commands).join(", ")}.`,
    );
  }
  if (process.platform === "win32")
    throw new SetupError("Weir runs on Linux and macOS; on Windows use WSL 2.");
  const { node, env } = await exclusively(join(root, ".tools", "setup.lock"), () =>
    prepare(command.needs(args)),
  );
  if (interruptedWith !== undefined) return interruptedWith;
  // The working directory stays the caller's, so that file arguments mean what they say.
  const script = (file, rest) => foreground(node, [...nodeFlags, join(root, file), ...rest], { env });
  return command.run({ script, args, env, node });
}

forwardSignals((code) => {
  interruptedWith = code;
});
endWithNpm();
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const known =
    error instanceof SetupError
      ? error
      : error.code === undefined
        ? undefined
        : explain("Set-up", error.message);
  if (known === undefined) throw error;
  if (interruptedWith === undefined) say(known.message);
  process.exitCode = interruptedWith ?? 1;
}
