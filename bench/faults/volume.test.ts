import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Volume } from "./volume.ts";

test("a volume can be filled and made read-only, and is gone when it is closed", async (context) => {
  const directory = mkdtempSync(join(tmpdir(), "weir-volume-"));
  context.after(() => rmSync(directory, { recursive: true, force: true }));
  const volume = Volume.mount(directory, 4 * 1024 ** 2);
  if (typeof volume === "string") {
    context.diagnostic(`left out: ${volume}`);
    assert.notEqual(volume, "", "the reason is said");
    return;
  }
  const file = join(directory, "file");
  const refusalOf = (): unknown => {
    try {
      writeFileSync(file, Buffer.alloc(10_000));
      return undefined;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code;
    }
  };
  assert.equal(refusalOf(), undefined);
  rmSync(file);
  await volume.fill();
  assert.equal(refusalOf(), "ENOSPC");
  volume.drain();
  assert.equal(refusalOf(), undefined);
  volume.forbidWrites();
  assert.equal(refusalOf(), "EROFS");
  assert.equal(readFileSync(file).length, 10_000, "it is read as before");
  volume.allowWrites();
  assert.equal(refusalOf(), undefined);
  volume.forbidWrites();
  await volume.close();
  assert.deepEqual(readdirSync(directory), []);
});

test("where it may not be mounted, the reason is told and nothing is left", () => {
  const directory = mkdtempSync(join(tmpdir(), "weir-volume-"));
  const refusal = Volume.mount(directory, Number.NaN);
  assert.ok(typeof refusal === "string" && refusal.length > 0);
  rmSync(directory, { recursive: true });
});
