import type { Labels, Telemetry } from "./telemetry.ts";

type Add = (count: number, labels?: Labels) => void;
type Measure = (value: number, labels?: Labels) => void;

/** What the runtime counts. */
export interface RuntimeMetrics {
  readonly commands: Add;
  readonly commits: Add;
  readonly commitMs: Measure;
  readonly foldedMessages: Add;
  readonly poisonMessages: Add;
  readonly restarts: Add;
  readonly ownedShards: Measure;
}

export function runtimeMetrics(telemetry: Telemetry | undefined): RuntimeMetrics {
  const nothing = (): void => {};
  const counter = (name: string, description: string): Add =>
    telemetry?.counter(name, { description }) ?? nothing;
  return {
    commands: counter("weir_actor_commands_total", "Commands that reached an actor, by kind"),
    commits: counter("weir_actor_commits_total", "Commits acknowledged by the journal, by kind"),
    commitMs:
      telemetry?.histogram("weir_actor_commit_duration", {
        description: "Append until acknowledgement",
        unit: "ms",
      }) ?? nothing,
    foldedMessages: counter("weir_fold_messages_total", "Stream messages folded, by kind"),
    poisonMessages: counter("weir_fold_poison_total", "Stream messages that a fold could not take, by kind"),
    restarts: counter("weir_actor_restarts_total", "Actors restarted from their journal, by kind"),
    ownedShards:
      telemetry?.gauge("weir_shards_owned", { description: "Shards that this process serves" }) ?? nothing,
  };
}
