#!/usr/bin/env node
// `npx weir …`: hands over to the set-up, which finds or prepares the right Node and runs cli/main.ts.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const setup = fileURLToPath(new URL("./setup/main.mjs", import.meta.url));
const child = spawn(process.execPath, [setup, "weir", ...process.argv.slice(2)], { stdio: "inherit" });

// A terminal's Ctrl-C reaches the child by itself; what a supervisor sends must be passed on. Both are waited for.
process.on("SIGINT", () => undefined);
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));

child.on("error", (error) => {
  console.error(`weir: cannot start ${setup}: ${error.message}`);
  process.exitCode = 1;
});
child.on("exit", (code, signal) => {
  process.exitCode = code ?? (signal === "SIGINT" ? 130 : 1);
});
