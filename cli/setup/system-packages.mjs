// Programs that only the tests need, and that a system's package manager knows best how to install.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { capture, isRoot, which } from "./run.mjs";
import { explain, say, SetupError } from "./say.mjs";

/** Each is needed only while its library is among our dependencies. */
const programs = [
  {
    library: "playwright-core",
    variable: "WEIR_CHROMIUM",
    binaries: ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
    elsewhere: [
      "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
      "/Applications/Chromium.app/Contents/MacOS/Chromium",
    ],
    debian: "chromium",
    homebrew: "--cask chromium",
  },
  {
    library: "ioredis",
    variable: "WEIR_REDIS_SERVER",
    binaries: ["redis-server", "valkey-server"],
    elsewhere: [],
    debian: "redis-server",
    homebrew: "redis",
  },
];

/** The programs of the tests that are installed, as environment variables of their paths. */
export function testPrograms() {
  const found = programs.map((program) => [program.variable, pathOf(program)]);
  return Object.fromEntries(found.filter(([, path]) => path !== undefined));
}

/** Installs what is missing where we may, and says what to install where we may not. */
export async function ensureTestPrograms(root) {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const missing = programs.filter(
    (program) => program.library in { ...dependencies, ...devDependencies } && pathOf(program) === undefined,
  );
  if (missing.length === 0) return;
  const names = missing.map(({ debian }) => debian);
  if (isRoot() && which("apt-get") !== undefined) {
    say(`installing ${names.join(" and ")} for the tests`);
    await installPackages(names);
    return;
  }
  const advice =
    process.platform === "darwin"
      ? missing.map(({ homebrew }) => `brew install ${homebrew}`).join(" && ")
      : `sudo apt-get install ${names.join(" ")}`;
  throw new SetupError(`the tests need ${names.join(" and ")}: run \`${advice}\`, then this command again.`);
}

function pathOf({ variable, binaries, elsewhere }) {
  return process.env[variable] ?? which(...binaries) ?? elsewhere.find((path) => existsSync(path));
}

export async function installPackages(names) {
  const options = { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
  // A broken third-party source fails the update although the packages we want may be known: only the install counts.
  const updated = await capture("apt-get", ["-qq", "update"], options);
  const installed = await capture(
    "apt-get",
    ["-qq", "-y", "--no-install-recommends", "install", ...names],
    options,
  );
  if (!installed.ok)
    throw explain(`Installing ${names.join(" and ")}`, `${updated.output}${installed.output}`);
}
