import { noContents, type Contents } from "./contents.ts";
import type { EnvironmentEvent } from "./state.ts";

// Events as the first journals hold them: publications with their whole selection, and experiments from before tags,
// priority and stickiness. What those mean when they are not said is written in here, so that an experiment that has run
// since then does not look changed.

/** Version of the events that this code writes. 1: whole selections. 2: patches; layers, holdouts, overrides. */
export const eventVersion = 2;

interface OldPublished {
  readonly kind: "published";
  readonly publication: Extract<EnvironmentEvent, { kind: "published_whole" }>["publication"] & {
    readonly selection: Partial<Contents>;
    readonly lifecycles: Contents["lifecycles"];
  };
}
type Kept = Exclude<EnvironmentEvent, { kind: "published" }>;
type Experiment = Extract<EnvironmentEvent, { kind: "put"; collection: "experiments" }>["entity"];

/** What an experiment means that says nothing of these. */
const laterDefaults: Pick<Experiment, "tags" | "priority" | "sticky"> = {
  tags: [],
  priority: 0,
  sticky: "hash",
};

export function upcastEnvironmentEvent(event: unknown, _version: number): EnvironmentEvent {
  const old = event as OldPublished | Kept;
  if (old.kind === "published") {
    const { selection, lifecycles, ...publication } = old.publication;
    return { kind: "published_whole", publication, contents: { ...noContents(), ...selection, lifecycles } };
  }
  if (old.kind === "put" && old.collection === "experiments")
    return { ...old, entity: { ...laterDefaults, ...old.entity } };
  return old;
}
