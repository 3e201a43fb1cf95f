import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { test } from "node:test";

const program = `
import { stopRequested } from ${JSON.stringify(new URL("stop.ts", import.meta.url).href)};
process.send?.("loading");
while (process.argv[1] === "late" && process.connected) await new Promise((turn) => setTimeout(turn, 5));
const kept = setInterval(() => {}, 1_000);
process.stdout.write(await stopRequested());
clearInterval(kept);
`;

for (const when of ["late", "early"])
  test(
    `a process whose parent goes ends by itself, when it listens ${when}`,
    { timeout: 60_000 },
    async (context) => {
      const child = spawn(process.execPath, ["--input-type=module", "-e", program, when], {
        stdio: ["ignore", "pipe", "inherit", "ipc"],
      });
      context.after(() => child.kill("SIGKILL"));
      const said = text(child.stdout as Readable);
      await once(child, "message");
      child.disconnect();
      assert.equal(await said, "disconnect");
    },
  );
