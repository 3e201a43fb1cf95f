import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { after, before, describe, test } from "node:test";
import { systemClock } from "../ports/clock.ts";
import { eventually } from "../testing/nats.ts";
import { openLink } from "./link.ts";
import type { Link } from "./link.ts";

describe("a link", () => {
  let echo: Server;
  let link: Link;
  before(async () => {
    echo = createServer((socket) => {
      socket.on("error", () => {});
      socket.pipe(socket);
    });
    echo.listen(0, "127.0.0.1");
    await once(echo, "listening");
    link = await openLink(systemClock);
    link.leadTo((echo.address() as AddressInfo).port);
  });
  after(async () => {
    await link.close();
    echo.close();
  });

  const call = (): { socket: Socket; heard: () => string; ended: () => boolean } => {
    let heard = "";
    let ended = false;
    const socket = connect(link.port, "127.0.0.1");
    socket.on("error", () => {});
    socket.on("data", (bytes: Uint8Array) => (heard += new TextDecoder().decode(bytes)));
    socket.once("close", () => (ended = true));
    return { socket, heard: () => heard, ended: () => ended };
  };

  test("a sound one passes everything, in order", async () => {
    const { socket, heard } = call();
    const text = Array.from({ length: 20_000 }, (_, index) => index).join();
    socket.write(text);
    await eventually("the echo", () => heard().length === text.length);
    assert.equal(heard(), text);
    socket.destroy();
  });

  test("what was held arrives later, on the same connection", async () => {
    const { socket, heard, ended } = call();
    socket.write("before ");
    await eventually("the first echo", () => heard() === "before ");
    link.become({ kind: "held" });
    socket.write("held");
    await systemClock.sleep(50);
    assert.equal(heard(), "before ");
    link.become({ kind: "sound" });
    await eventually("the rest", () => heard() === "before held");
    assert.equal(ended(), false);
    socket.destroy();
  });

  test("a cut ends what was connected and refuses what comes", async () => {
    const first = call();
    first.socket.write("x");
    await eventually("the echo", () => first.heard() === "x");
    link.become({ kind: "cut" });
    await eventually("the end of the first", first.ended);
    const second = call();
    await eventually("the end of the second", second.ended);
    link.become({ kind: "sound" });
    const third = call();
    third.socket.write("y");
    await eventually("the echo after healing", () => third.heard() === "y");
    third.socket.destroy();
  });

  test("a slow one takes its time", async () => {
    link.become({ kind: "slow", delayMs: 30 });
    const startedMs = systemClock.monotonicMs();
    const { socket, heard } = call();
    socket.write("z");
    await eventually("the echo", () => heard() === "z");
    assert.ok(systemClock.monotonicMs() - startedMs >= 60);
    link.become({ kind: "sound" });
    socket.destroy();
  });
});
