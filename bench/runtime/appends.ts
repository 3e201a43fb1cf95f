import type { BenchRow } from "../report.ts";
import { besides, inTurn, rowOf } from "./contest.ts";
import type { Crew } from "./crew.ts";

const actors = 256;
const leastOfBare = 0.8;
/** Under way at once for each actor, in the second case. */
const commandsPerActor = 8;

/** Commits of many actors, one under way for each, against bare acknowledged publishes of as many bytes. */
export async function measureAppends(crew: Crew, scale: number): Promise<BenchRow[]> {
  const { url } = await crew.startServer();
  const [acting, publishing, own] = [crew.hire(), crew.hire(), crew.hire()];
  const load = { url, actors, concurrency: actors, ms: Math.max(400, 1_500 * scale) };
  const { commitBytes: bytes } = await acting.order("appendThroughActors", load);
  const commandsOfGroups: number[] = [];
  const taken = await inTurn(scale < 1 ? 2 : 9, {
    expecting: () => publishing.order("appendBare", { ...load, bytes, how: "library, expecting" }),
    commits: async () => (await acting.order("appendThroughActors", load)).commits,
    library: () => publishing.order("appendBare", { ...load, bytes, how: "library" }),
    own: () => own.order("appendBare", { ...load, bytes, how: "runtime, expecting" }),
    groups: async () => {
      const many = { ...load, concurrency: actors * commandsPerActor };
      const { commands, commits } = await acting.order("appendThroughActors", many);
      commandsOfGroups.push(commands);
      return commits;
    },
  });
  for (const worker of [acting, publishing, own]) await worker.kill();
  const publishes = (name: string, values: readonly number[]) => ({ name, unit: "publishes/s", values });
  const commits = (name: string, values: readonly number[]) => ({ name, unit: "commits/s", values });
  const limit = publishes("bare JetStream publish, expecting", taken.expecting);
  const grouped = `${actors} actors, ${commandsPerActor} commands under way for each`;
  return [
    {
      ...rowOf(limit),
      case: `bare JetStream publish, expecting the subject's last (${bytes} B, ${actors} subjects)`,
    },
    besides(publishes("bare JetStream publish, expecting nothing", taken.library), limit),
    besides(publishes("the runtime's acknowledged publish, expecting, without actors", taken.own), limit),
    besides(
      commits(`${actors} actors, a command under way for each: commits`, taken.commits),
      limit,
      leastOfBare,
    ),
    besides(commits(`${grouped}: commits`, taken.groups), limit),
    besides({ name: `${grouped}: commands`, unit: "commands/s", values: commandsOfGroups.slice(1) }, limit),
  ];
}
