import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FakeClock, settle } from "../testing/fake-clock.ts";
import { endMsMax, type PartExit, type PartNews, type PartProcess, type PartSpec } from "./part.ts";
import { Supervisor } from "./supervisor.ts";

/** A process that does what the test says. */
class FakeProcess implements PartProcess {
  readonly ready: Promise<void>;
  readonly exited: Promise<PartExit>;
  readonly asked: string[] = [];
  readonly pid: number;
  /** Goes when it is asked to. */
  obedient = true;
  becomeReady!: () => void;
  exit!: (exit: PartExit) => void;

  constructor(pid: number) {
    this.pid = pid;
    this.ready = new Promise((resolve) => (this.becomeReady = resolve));
    this.exited = new Promise((resolve) => (this.exit = resolve));
  }

  end(): void {
    this.asked.push("end");
    if (this.obedient) this.exit({ code: 0, signal: null });
  }

  kill(): void {
    this.asked.push("kill");
    this.exit({ code: null, signal: "SIGKILL" });
  }
}

class FakeSpec implements PartSpec {
  readonly name: string;
  readonly readyTimeoutMs = 1_000;
  readonly processes: FakeProcess[] = [];
  failure: Error | undefined;
  readonly #order: string[];

  constructor(name: string, order: string[] = []) {
    this.name = name;
    this.#order = order;
  }

  start(): Promise<PartProcess> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    const process = new FakeProcess(this.processes.length + 1);
    this.processes.push(process);
    void process.exited.then(() => this.#order.push(this.name));
    return Promise.resolve(process);
  }

  get newest(): FakeProcess {
    const process = this.processes.at(-1);
    assert.ok(process !== undefined, `${this.name} was started`);
    return process;
  }
}

function open(): { supervisor: Supervisor; clock: FakeClock; news: PartNews[] } {
  const clock = new FakeClock();
  const news: PartNews[] = [];
  const supervisor = new Supervisor({ clock, fraction: () => 1, tell: (item) => news.push(item) });
  return { supervisor, clock, news };
}

describe("supervision", () => {
  test("a group starts only when the one before is ready", async () => {
    const { supervisor } = open();
    const nats = new FakeSpec("nats");
    const gateway = new FakeSpec("gateway");
    const started = supervisor.start(nats).then(() => supervisor.start(gateway));
    await settle();
    assert.equal(gateway.processes.length, 0);
    nats.newest.becomeReady();
    await settle();
    gateway.newest.becomeReady();
    await started;
    assert.deepEqual(supervisor.pids(), { nats: 1, gateway: 1 });
    await supervisor.stop();
  });

  test("a part that dies is started again after its delay, and only once", async () => {
    const { supervisor, clock, news } = open();
    const part = new FakeSpec("actors");
    const started = supervisor.start(part);
    await settle();
    part.newest.becomeReady();
    await started;
    part.newest.exit({ code: null, signal: "SIGKILL" });
    await clock.pass(99);
    assert.deepEqual([part.processes.length, supervisor.pids()], [1, {}]);
    await clock.pass(1);
    assert.equal(part.processes.length, 2);
    part.newest.becomeReady();
    await clock.pass(10_000);
    assert.equal(part.processes.length, 2);
    const ready = news.filter(({ kind }) => kind === "ready");
    assert.deepEqual(
      ready.map((item) => item.kind === "ready" && item.restarts),
      [0, 1],
    );
    await supervisor.stop();
  });

  test("a part that cannot be started is tried for ever, loudly from the tenth failure on", async () => {
    const { supervisor, clock, news } = open();
    const part = new FakeSpec("analytics");
    part.failure = new Error("no such file");
    const started = supervisor.start(part);
    await clock.pass(600_000);
    const failures = news.flatMap((item) => (item.kind === "failed" ? [item] : []));
    assert.ok(failures.length > 20 && failures.length < 60, `${failures.length} tries in ten minutes`);
    assert.deepEqual(
      failures.slice(8, 11).map(({ restart }) => restart.loud),
      [false, true, true],
    );
    assert.match(failures[0]?.reason ?? "", /no such file/);
    part.failure = undefined;
    while (part.processes.length === 0) await clock.pass(500);
    part.newest.becomeReady();
    await started;
    await supervisor.stop();
  });

  test("a part that is not ready in time is killed and started again", async () => {
    const { supervisor, clock, news } = open();
    const part = new FakeSpec("gateway");
    void supervisor.start(part);
    await clock.pass(1_000);
    assert.deepEqual(part.processes[0]?.asked, ["kill"]);
    await clock.pass(100);
    assert.equal(part.processes.length, 2);
    assert.ok(news.some((item) => item.kind === "failed" && /not ready/.test(item.reason)));
    await supervisor.stop();
  });

  test("parts stop one by one in the reverse order of their start", async () => {
    const { supervisor } = open();
    const order: string[] = [];
    const specs = ["nats", "actors", "analytics", "gateway"].map((name) => new FakeSpec(name, order));
    for (const spec of specs) {
      const started = supervisor.start(spec);
      await settle();
      spec.newest.becomeReady();
      await started;
    }
    await supervisor.stop();
    assert.deepEqual(order, ["gateway", "analytics", "actors", "nats"]);
    assert.deepEqual(supervisor.pids(), {});
  });

  test("a part that does not go is killed when its time is up", async () => {
    const { supervisor, clock } = open();
    const part = new FakeSpec("analytics");
    const started = supervisor.start(part);
    await settle();
    part.newest.becomeReady();
    await started;
    part.newest.obedient = false;
    const stopped = supervisor.stop();
    await clock.pass(endMsMax - 1);
    assert.deepEqual(part.newest.asked, ["end"]);
    await clock.pass(1);
    await stopped;
    assert.deepEqual(part.newest.asked, ["end", "kill"]);
    await clock.pass(60_000);
    assert.equal(part.processes.length, 1);
  });

  test("stopping while parts start, or wait to be started again, ends both", async () => {
    const { supervisor, clock } = open();
    const starting = new FakeSpec("gateway");
    const waiting = new FakeSpec("actors");
    waiting.failure = new Error("not now");
    const started = supervisor.start(starting, waiting);
    await settle();
    await supervisor.stop();
    await started;
    await clock.pass(60_000);
    assert.deepEqual([starting.processes.length, waiting.processes.length], [1, 0]);
    await supervisor.start(new FakeSpec("demo"));
    assert.deepEqual(supervisor.pids(), {});
  });

  test("kill() ends every process at once and nothing comes back", async () => {
    const { supervisor, clock } = open();
    const part = new FakeSpec("nats");
    void supervisor.start(part);
    await settle();
    supervisor.kill();
    await clock.pass(60_000);
    assert.deepEqual(part.newest.asked, ["kill"]);
    assert.equal(part.processes.length, 1);
  });
});
