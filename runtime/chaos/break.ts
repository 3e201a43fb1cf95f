import type { Clock } from "../ports/clock.ts";
import { serverCount } from "./cluster.ts";
import type { Fault } from "./faults.ts";
import { slowDisk } from "./slow-disk.ts";
import type { System } from "./system.ts";

const sound = { kind: "sound" } as const;
const cut = { kind: "cut" } as const;
const held = { kind: "held" } as const;

/** Does one fault to the system and takes it back; early when the signal aborts. */
export async function breakAndMend(
  system: System,
  fault: Fault,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  const { cluster, lines, hosts } = system;
  const { target, durationMs, servers, delayMs } = fault;
  const host = hosts[target];
  const line = lines[target];
  const slow = { kind: "slow", delayMs } as const;
  const lasting = (): Promise<void> => clock.sleep(durationMs, signal);
  switch (fault.kind) {
    case "kill_host":
      await host?.kill9();
      await lasting();
      return host?.start();
    case "suspend_host":
      host?.suspend();
      await lasting();
      return host?.resume();
    case "drain_host":
      await host?.drain();
      await lasting();
      return host?.start();
    case "cut_line":
    case "hold_line":
    case "slow_line":
      line?.become({ cut_line: cut, hold_line: held, slow_line: slow }[fault.kind], servers);
      await lasting();
      return line?.become(sound);
    case "kill_server":
      await cluster.kill9(target);
      await lasting();
      return cluster.start(target);
    case "suspend_server":
      cluster.suspend(target);
      await lasting();
      return cluster.resume(target);
    case "cut_routes":
    case "hold_routes":
    case "slow_routes":
      cluster.routes(target, { cut_routes: cut, hold_routes: held, slow_routes: slow }[fault.kind]);
      await lasting();
      return cluster.routes(target, sound);
    case "slow_disk":
      return slowDisk(system, target, { clock, durationMs, signal });
    case "restart_cluster": {
      const all = Array.from({ length: serverCount }, (_, server) => server);
      await Promise.all(all.map((server) => cluster.kill9(server)));
      await lasting();
      await Promise.all(all.map((server) => cluster.start(server)));
    }
  }
}
