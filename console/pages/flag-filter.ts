import type { Versioned } from "../../protocols/environment-messages.ts";
import type { Flag } from "../../protocols/flag.ts";
import { stateOf } from "../words/rollout.ts";

export interface FlagFilter {
  readonly text: string;
  readonly state: string;
}

export const stateFilters = [
  { value: "", name: "Any state" },
  { value: "on", name: "On" },
  { value: "off", name: "Off" },
  { value: "killed", name: "Killed" },
  { value: "draft", name: "With a draft" },
  { value: "archived", name: "Archived" },
] as const;

/** A draft is a saved form that the newest plan does not hold. */
export const hasDraft = ({ version, publishedVersion }: Versioned<unknown>): boolean =>
  version !== publishedVersion;

/** Archived flags hide until they are asked for. Every word of the text must occur somewhere. */
export function keepsFlag({ text, state }: FlagFilter, flag: Versioned<Flag>): boolean {
  const { entity } = flag;
  const own = stateOf(entity);
  if (state === "" ? own === "archived" : state === "draft" ? !hasDraft(flag) : own !== state) return false;
  const haystack = [entity.key, entity.name, entity.owner, ...entity.tags].join(" ").toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => haystack.includes(word));
}
