import type { Labels, Telemetry } from "./telemetry.ts";

type Add = (count: number, labels?: Labels) => void;
type Measure = (value: number, labels?: Labels) => void;

/** What the runtime counts. Labels: `kind` everywhere, `reason` where things fail. */
export interface RuntimeMetrics {
  readonly activations: Add;
  readonly commands: Add;
  readonly refusals: Add;
  readonly mailboxDepth: Measure;
  readonly stepMs: Measure;
  readonly commits: Add;
  readonly commitMs: Measure;
  readonly replayMs: Measure;
  readonly replayedCommits: Add;
  readonly snapshotsSaved: Add;
  readonly snapshotsRejected: Add;
  readonly effectsPerformed: Add;
  readonly effectsFailed: Add;
  readonly timersFired: Add;
  readonly foldedMessages: Add;
  readonly foldLag: Measure;
  readonly foldGaps: Add;
  readonly deadLetters: Add;
  readonly restarts: Add;
  readonly escalations: Add;
  readonly liveActors: Measure;
  readonly ownedShards: Measure;
  readonly leaseLosses: Add;
  readonly clockJumps: Add;
}

/** Up to a full mailbox (limits.ts `mailboxLengthMax`). */
const depthBoundaries = [0, 1, 2, 4, 8, 16, 32, 64, 128];

const nothing = (): void => {};

export function runtimeMetrics(telemetry: Telemetry | undefined): RuntimeMetrics {
  const counter = (name: string, description: string): Add =>
    telemetry?.counter(`weir_${name}_total`, { description }) ?? nothing;
  const gauge = (name: string, description: string): Measure =>
    telemetry?.gauge(`weir_${name}`, { description }) ?? nothing;
  const duration = (name: string, description: string): Measure =>
    telemetry?.histogram(`weir_${name}_ms`, { description, unit: "ms" }) ?? nothing;
  const depth = (name: string, description: string): Measure =>
    telemetry?.histogram(`weir_${name}`, { description, boundaries: depthBoundaries }) ?? nothing;
  return {
    activations: counter("actor_activations", "Actors brought to life, by kind"),
    commands: counter("actor_commands", "Commands that reached an actor, by kind"),
    refusals: counter("actor_refusals", "Commands that the runtime refused, by kind and reason"),
    mailboxDepth: depth("actor_mailbox_depth", "Commands before it that an accepted command found waiting"),
    stepMs: duration("actor_step_duration", "One command handled in memory"),
    commits: counter("actor_commits", "Commits acknowledged by the journal, by kind"),
    commitMs: duration("actor_commit_duration", "Append until acknowledgement"),
    replayMs: duration("actor_replay_duration", "Snapshot and journal until the actor serves"),
    replayedCommits: counter("actor_replayed_commits", "Commits applied at activations, by kind"),
    snapshotsSaved: counter("actor_snapshots", "Snapshots stored, by kind"),
    snapshotsRejected: counter("actor_snapshots_rejected", "Snapshots not used, by kind and reason"),
    effectsPerformed: counter("actor_effects", "Effects performed, by kind"),
    effectsFailed: counter("actor_effects_failed", "Attempts of effects that failed, by kind"),
    timersFired: counter("actor_timers_fired", "Timers whose step is committed, by kind"),
    foldedMessages: counter("fold_messages", "Stream messages folded, by kind"),
    foldLag: gauge("fold_lag", "Stream messages behind the newest, by kind and key"),
    foldGaps: counter(
      "fold_gaps",
      "Times that a stream had lost what a fold had not read, by kind and reason",
    ),
    deadLetters: counter("dead_letters", "Messages, commands and effects set aside, by kind and reason"),
    restarts: counter("actor_restarts", "Actors restarted from their journal, by kind"),
    escalations: counter("actor_escalations", "Actors parked because they failed too often, by kind"),
    liveActors: gauge("actors_live", "Actors in this process's memory"),
    ownedShards: gauge("shards_owned", "Shards that this process serves"),
    leaseLosses: counter("lease_losses", "Shards lost without a hand-over, by reason"),
    clockJumps: counter("clock_jumps", "Times that the machine's clock moved against the monotonic one"),
  };
}
