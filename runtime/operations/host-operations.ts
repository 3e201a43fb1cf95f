import { HostRequest } from "../../protocols/actor-operations.ts";
import type { ActorFilter, ActorPage, ActorRow } from "../../protocols/actor-operations.ts";
import { fail, issuesOf, succeed } from "../../protocols/errors.ts";
import type { Reply, RuntimeFailure } from "../../protocols/errors.ts";
import type { RebuildOptions } from "../folds/rebuild.ts";
import { addressText } from "../messaging/address.ts";
import type { Address } from "../messaging/address.ts";
import type { Messaging } from "../ports/connection.ts";
import type { HostedActor, HostedActors } from "./hosted-actors.ts";
import { knownOf } from "./known-kinds.ts";
import type { KnownKinds } from "./known-kinds.ts";
import { Rebuilds } from "./rebuilds.ts";
import { replayEntity } from "./replay-actor.ts";
import type { ReplayTools } from "./replay-actor.ts";
import { replayFold } from "./replay-fold.ts";
import type { ReplayFoldTools } from "./replay-fold.ts";
import { showActor } from "./show-actor.ts";

// What one host answers to operators. It reads and, for `evict`, ends an activation; it changes no journal.

export const hostOperations = (host: string): string => `ops.host.${host}`;

export interface OperationsTools extends ReplayTools, ReplayFoldTools {
  readonly host: string;
  readonly kinds: KnownKinds;
  readonly shardOf: (address: Address) => number;
}

/** A replay takes a core for as long as it lasts, and the live actors need it, too. */
const replaysMax = 1;
const replayRetryAfterMs = 2_000;

type Answer = Reply<unknown, RuntimeFailure>;

/** Resolves to a stop function. */
export function serveOperations(
  messaging: Pick<Messaging, "serve">,
  hosted: HostedActors,
  tools: OperationsTools,
): Promise<() => Promise<void>> {
  let replays = 0;
  const replay = async (address: Address, to: number | undefined): Promise<Answer> => {
    const known = knownOf(address, tools.kinds);
    if (!known.ok) return known;
    if (known.value.type === "service") return noJournal(address);
    if (replays >= replaysMax) return fail({ code: "mailbox_full", retryAfterMs: replayRetryAfterMs });
    replays++;
    try {
      if (known.value.type === "fold")
        return succeed(await replayFold(known.value.behaviour, address, to, tools));
      const held = hosted.find(address)?.held;
      return await replayEntity(known.value.behaviour, address, { to, held }, tools);
    } finally {
      replays--;
    }
  };
  const rebuilds = new Rebuilds(tools);
  const remade = async (address: Address, options: RebuildOptions): Promise<Answer> => {
    const target = hosted.find(address)?.rebuildable;
    if (target === undefined)
      return fail({
        code: "unavailable",
        reason: "no such fold is live here",
        retryAfterMs: replayRetryAfterMs,
      });
    if (replays >= replaysMax) return fail({ code: "mailbox_full", retryAfterMs: replayRetryAfterMs });
    replays++;
    try {
      return await rebuilds.run(target, options);
    } finally {
      replays--;
    }
  };
  const show = async (address: Address): Promise<Answer> => {
    const known = knownOf(address, tools.kinds);
    if (!known.ok) return known;
    const found = hosted.find(address);
    const live = found === undefined ? undefined : rowOf(found, tools.host);
    const place = { shard: tools.shardOf(address), host: tools.host };
    const held = known.value.type === "fold" ? found?.rebuildable?.live() : undefined;
    return showActor(address, known.value, { place, live, held }, tools);
  };
  const answer = async (payload: unknown): Promise<Answer> => {
    const request = HostRequest.safeParse(payload);
    if (!request.success) return fail({ code: "invalid_message", issues: issuesOf(request.error) });
    const { data } = request;
    switch (data.type) {
      case "ls":
        return succeed(pageOf(hosted, tools.host, data));
      case "show":
        return show({ kind: data.kind, key: data.key });
      case "replay":
        return replay({ kind: data.kind, key: data.key }, data.to);
      case "rebuild":
        return remade(
          { kind: data.kind, key: data.key },
          {
            question: data.question,
            dryRun: data.dryRun,
            ...(data.from === undefined ? {} : { from: data.from }),
          },
        );
      case "rebuilding":
        return succeed(rebuilds.look(data, data.cancel));
      case "evict":
        return succeed({ evicted: await hosted.evict({ kind: data.kind, key: data.key }) });
    }
  };
  return messaging.serve(hostOperations(tools.host), answer);
}

const noJournal = ({ kind }: Address): Answer =>
  fail({
    code: "invalid_message",
    issues: [{ path: "kind", message: `a ${kind} is a service: it has no journal to replay` }],
  });

function pageOf(
  hosted: HostedActors,
  host: string,
  { filter, after, limit }: { filter: ActorFilter; after?: string | undefined; limit: number },
): ActorPage {
  const named: (readonly [string, HostedActor])[] = [];
  for (const actor of hosted.list()) {
    const name = addressText(actor.address);
    if ((after === undefined || name > after) && matches(actor, filter)) named.push([name, actor]);
  }
  named.sort(([a], [b]) => (a < b ? -1 : 1));
  const items = named.slice(0, limit).map(([, actor]) => rowOf(actor, host));
  return { items, more: named.length > limit };
}

const matches = (actor: HostedActor, { kind, prefix, status }: ActorFilter): boolean =>
  (kind === undefined || actor.address.kind === kind) &&
  (prefix === undefined || actor.address.key.startsWith(prefix)) &&
  (status === undefined || actor.view.status === status);

function rowOf({ address, shard, epoch, view, idleMs }: HostedActor, host: string): ActorRow {
  const { kind, key } = address;
  return { kind, key, host, shard, epoch, ...view, idleMs: Math.round(idleMs) };
}
