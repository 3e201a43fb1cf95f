import { readFile } from "node:fs/promises";

// What the system says of a process. Linux only: NaN elsewhere.

/** User and system time of all its threads, in ticks of 10 ms. */
export async function cpuMicrosOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

/** How long its main thread was ready to run and had no core, in all its life. */
export async function waitedMsOf(pid: number): Promise<number> {
  const schedule = await readFile(`/proc/${pid}/task/${pid}/schedstat`, "utf8").catch(() => "");
  return Number(schedule.split(" ")[1]) / 1e6;
}

/** Memory that it has in use (RSS), in millions of bytes. */
export async function residentMegabytesOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return (Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1_024) / 1e6;
}
