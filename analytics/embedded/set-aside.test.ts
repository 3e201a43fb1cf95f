import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { silentLog, systemClock } from "../../runtime/index.ts";
import type { Log } from "../../runtime/index.ts";
import { asidesOf, moveAside, moveBack } from "./move-aside.ts";
import { doesNotOpen, SetAside } from "./set-aside.ts";
import type { ChildExit } from "./set-aside.ts";
import { cureOf, writeObstacle } from "./write-obstacle.ts";

let parent: string;
let directory: string;
let said: string[];
const log: Log = { ...silentLog, error: (event) => void said.push(event) };

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "weir-"));
  directory = join(parent, "warehouse");
  said = [];
  fill();
});
afterEach(() => rmSync(parent, { recursive: true }));

function fill(): void {
  mkdirSync(join(directory, "metadata"), { recursive: true });
  writeFileSync(join(directory, "metadata", "weir.sql"), "old");
}
const old = (): boolean => existsSync(join(directory, "metadata", "weir.sql"));
const broken: ChildExit = { code: doesNotOpen, signal: null, wasReady: false };

test("a directory that does not open twice is moved aside; when the empty one opens, it stays aside", () => {
  const setAside = new SetAside(directory, log, systemClock);
  assert.equal(setAside.onExit(broken), "same");
  assert.ok(old(), "once may be chance");
  assert.equal(setAside.onExit(broken), "replaced");
  assert.ok(!existsSync(directory));
  assert.equal(setAside.onReady(), "replaced");
  assert.equal(setAside.onReady(), "same", "said once");
  assert.equal(readdirSync(parent).length, 1);
  assert.deepEqual(said, ["warehouse.set_aside"]);
});

test("when an empty one does not open either, the old one comes back", () => {
  const setAside = new SetAside(directory, log, systemClock);
  for (let time = 0; time < 2; time++) setAside.onExit(broken);
  mkdirSync(directory);
  writeFileSync(join(directory, "status"), "");
  for (let time = 0; time < 2; time++) setAside.onExit(broken);
  assert.ok(old());
  assert.deepEqual(readdirSync(directory), ["metadata"]);
  assert.deepEqual(said, ["warehouse.set_aside", "warehouse.does_not_open"]);
});

test("an engine that crashes where it opens counts like one that refuses; being killed, or crashing later, does not", () => {
  const setAside = new SetAside(directory, log, systemClock);
  for (let time = 0; time < 4; time++) {
    setAside.onExit({ code: null, signal: "SIGKILL", wasReady: false });
    setAside.onExit({ code: null, signal: "SIGSEGV", wasReady: true });
    setAside.onExit({ code: 1, signal: null, wasReady: false });
  }
  assert.ok(old());
  for (let time = 0; time < 2; time++) setAside.onExit({ code: null, signal: "SIGSEGV", wasReady: false });
  assert.ok(!old());
});

test("a start in between that succeeds begins the count anew", () => {
  const setAside = new SetAside(directory, log, systemClock);
  for (let time = 0; time < 3; time++) {
    setAside.onExit(broken);
    setAside.onReady();
  }
  assert.ok(old());
  assert.deepEqual(said, []);
});

test("a directory that cannot be written is not at fault: it stays, and the log says what to do", () => {
  // What takes the probe's place cannot be written as a file, whoever asks.
  mkdirSync(join(directory, "write-probe", "in-the-way"), { recursive: true });
  const setAside = new SetAside(directory, log, systemClock);
  for (let time = 0; time < 4; time++) setAside.onExit(broken);
  assert.ok(old());
  assert.deepEqual([...new Set(said)], ["warehouse.cannot_write"]);
});

test("a directory that can be written has no obstacle, and nothing stays of the look", () => {
  assert.equal(writeObstacle(directory), undefined);
  assert.deepEqual(readdirSync(directory), ["metadata"]);
  assert.equal(writeObstacle(join(directory, "nowhere")), "ENOENT");
  assert.match(cureOf("ENOSPC"), /free some space/);
  assert.match(cureOf("EIO"), /EIO/);
});

test("a mount point, which cannot be renamed, has its content moved into a folder inside, and back", () => {
  const busy = (): never => {
    throw Object.assign(new Error("busy"), { code: "EBUSY" });
  };
  const first = moveAside(directory, "1", busy);
  assert.deepEqual(readdirSync(directory), ["broken-1"]);
  fill();
  const second = moveAside(directory, "2", busy);
  assert.deepEqual(readdirSync(directory).sort(), ["broken-1", "broken-2"], "one is not put into the other");
  writeFileSync(join(directory, "status"), "new");
  moveBack(directory, second);
  assert.deepEqual(readdirSync(directory).sort(), ["broken-1", "metadata"]);
  assert.ok(first.inside && readFileSync(join(first.path, "metadata", "weir.sql"), "utf8") === "old");
});

test("a directory that cannot be moved is said, and nothing is thrown", () => {
  const setAside = new SetAside(directory, log, {
    ...systemClock,
    now: () => {
      throw new Error("no");
    },
  });
  for (let time = 0; time < 2; time++) setAside.onExit(broken);
  assert.ok(old());
  assert.deepEqual(said, ["warehouse.not_set_aside"]);
});

test("what was moved aside is found again with its time, beside the directory and in it", () => {
  const at = Date.UTC(2026, 10, 22, 1, 2, 3, 4);
  const name = new Date(at).toISOString().replaceAll(/[:.]/g, "-");
  const { path } = moveAside(directory, name);
  fill();
  mkdirSync(join(directory, "broken-by-hand"));
  const found = asidesOf(directory);
  assert.deepEqual(found[0], { path, at });
  assert.equal(found[1]?.path, join(directory, "broken-by-hand"));
  assert.equal(found.length, 2);
  assert.deepEqual(asidesOf(join(parent, "nowhere")), []);
});
