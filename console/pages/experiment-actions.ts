import type { LifecycleAction } from "../../protocols/environment-messages.ts";
import type { ExperimentStatus, PublishedExperiment } from "../../protocols/experiment.ts";
import type { Question } from "../ui/confirm.ts";

export interface ActionButton {
  readonly action: LifecycleAction;
  readonly word: string;
  readonly tone: "" | "primary" | "danger";
}

const start: ActionButton = { action: "start", word: "Start", tone: "primary" };
const pause: ActionButton = { action: "pause", word: "Pause", tone: "" };
const resume: ActionButton = { action: "resume", word: "Resume", tone: "primary" };
const stop: ActionButton = { action: "stop", word: "Stop", tone: "danger" };

/** What can be done with an experiment as it stands; the actor's rules, so that no button is refused. */
export function actionsFor(status: ExperimentStatus): readonly ActionButton[] {
  switch (status) {
    case "draft":
      return [start];
    case "running":
      return [pause, stop];
    case "paused":
      return [resume, stop];
    case "completed":
    case "archived":
      return [];
  }
}

export function questionFor(
  action: LifecycleAction,
  { key, name, flag }: PublishedExperiment,
  place: string,
): Question {
  const title = `${action.charAt(0).toUpperCase()}${action.slice(1)} ${name ?? key} in ${place}?`;
  switch (action) {
    case "start":
      return {
        title,
        body: `The experiment and its flag ${flag} are published, and people get its variants.`,
        action: "Start",
      };
    case "pause":
      return {
        title,
        body: "Nobody gets a variant while it is paused. What was measured stays.",
        action: "Pause",
      };
    case "resume":
      return { title, body: "People get their variants again.", action: "Resume" };
    case "stop":
      return {
        title,
        body: "Nobody gets a variant any more, and it cannot be started again. The results stay.",
        action: "Stop experiment",
        danger: true,
      };
  }
}
