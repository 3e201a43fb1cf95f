import { secondsText, type Fault } from "./fault.ts";

// What happens to processes.

const killed = (part: "gateway" | "actors" | "analytics" | "nats"): Fault => ({
  name: `kill_${part}`,
  inflict: async (world) => {
    world.kill(part);
    return `kill -9 of ${part}`;
  },
});

/** Longer than a lease, and than a client waits. */
const suspended = (part: "actors" | "analytics" | "nats"): Fault => ({
  name: `suspend_${part}`,
  inflict: async (world, random, signal) => {
    const ms = 3_000 + random.fraction() * 5_000;
    await world.suspend(part, ms, signal);
    return `SIGSTOP of ${part} for ${secondsText(ms)}`;
  },
});

export const processFaults: readonly Fault[] = [
  killed("gateway"),
  killed("actors"),
  killed("analytics"),
  killed("nats"),
  suspended("actors"),
  suspended("analytics"),
  suspended("nats"),
  {
    name: "kill_second_gateway",
    inflict: async (world) => {
      world.killSecondGateway();
      return "kill -9 of the second gateway";
    },
  },
];
