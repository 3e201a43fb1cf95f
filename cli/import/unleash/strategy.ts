import type { Condition } from "../../../protocols/condition.ts";
import type { HashRecipe } from "../../../protocols/hash-recipe.ts";
import { allOf, always, anyOf, inHashRange, inList, never, notOf } from "../conditions.ts";
import { constraintCondition, networks, type UnleashScope } from "./constraint.ts";
import type { Features, Strategy } from "./features.ts";

export interface StrategyScope extends UnleashScope {
  readonly feature: string;
  readonly segments: ReadonlyMap<number, NonNullable<Features["segments"]>[number]>;
}

/** When a strategy turns its feature on: its constraints, its segments' and its own question. */
export function strategyCondition(strategy: Strategy, path: string, scope: StrategyScope): Condition {
  if (strategy.disabled === true) return never;
  const constraints = (strategy.constraints ?? []).map((constraint, index) =>
    constraintCondition(constraint, `${path}.constraints[${index}]`, scope),
  );
  const segments = (strategy.segments ?? []).map((id) => {
    const segment = scope.segments.get(id);
    if (segment !== undefined)
      return allOf(
        segment.constraints.map((constraint, index) =>
          constraintCondition(constraint, `segments.${id}.constraints[${index}]`, scope),
        ),
      );
    scope.notes.changed(
      `${path}.segments`,
      `segment ${id} is not in the file, so the strategy never holds, as there`,
    );
    return never;
  });
  return allOf([...constraints, ...segments, ownCondition(strategy, path, scope)]);
}

function ownCondition(strategy: Strategy, path: string, scope: StrategyScope): Condition {
  const parameter = (name: string): string => String(strategy.parameters?.[name] ?? "");
  const list = (name: string): string[] =>
    parameter(name)
      .split(",")
      .map((each) => each.trim())
      .filter((each) => each !== "");
  const groupId = parameter("groupId");
  switch (strategy.name) {
    case "default":
      return always;
    case "userWithId":
      return scope.keyAttribute === "userId"
        ? scope.lists.condition(list("userIds"))
        : inList("userId", "text_in", list("userIds"));
    case "gradualRolloutUserId":
      return rollout(groupId, "userId", Number(parameter("percentage")), path, scope);
    case "gradualRolloutSessionId":
      return rollout(groupId, "sessionId", Number(parameter("percentage")), path, scope);
    case "gradualRolloutRandom":
      return rollout(groupId, "random", Number(parameter("percentage")), path, scope);
    case "flexibleRollout":
      return rollout(
        parameter("groupId") || scope.feature,
        parameter("stickiness") || "default",
        Number(parameter("rollout")),
        path,
        scope,
      );
    case "remoteAddress":
      return networks("remoteAddress", list("IPs"));
    case "applicationHostname":
      scope.notes.changed(
        path,
        "the host's name is the client's own there: here it must be sent as attribute hostname",
      );
      return inList("hostname", "in_ignore_case", list("hostNames"));
    default:
      scope.notes.refuse(path, `strategy ${strategy.name} is not one of Unleash's own`);
      return never;
  }
}

/** `hash % 100 + 1 <= percentage`; with nothing to hash, chance decides there under the stickinesses that may use it. */
function rollout(
  groupId: string,
  stickiness: string,
  percentage: number,
  path: string,
  scope: StrategyScope,
): Condition {
  if (!(percentage > 0)) return never;
  const byChance = stickiness === "random" || stickiness === "default";
  if (percentage >= 100 && byChance) return always;
  if (stickiness === "random") {
    scope.notes.changed(path, "chance decides each time there; here a unit keeps what it got");
    return {
      op: "bucket",
      value: { salt: `unleash:${scope.feature}:${groupId}`, from: 0, to: Math.round(percentage * 100) },
    };
  }
  const range = { from: 0, to: (Math.floor(percentage) + 1) / 100 };
  const [recipe, ...others] = recipesFor(groupId, 0, 100, stickiness, scope);
  const placed = inHashRange(recipe, [range]);
  const nobody = notOf(inHashRange(recipe, [{ from: 0, to: 2 }]));
  return anyOf([placed, ...others.map((other) => allOf([nobody, inHashRange(other, [range])]))]);
}

/** What is hashed, in the order in which it is looked for: the default is the user, and where there is none the session. */
export function recipesFor(
  groupId: string,
  seed: number,
  parts: number,
  stickiness: string,
  { keyAttribute }: UnleashScope,
): readonly [HashRecipe, ...HashRecipe[]] {
  const recipe = (attribute: string): HashRecipe => ({
    profile: "unleash",
    groupId,
    seed,
    parts,
    ...(attribute === keyAttribute ? {} : { attribute }),
  });
  return stickiness === "default" ? [recipe("userId"), recipe("sessionId")] : [recipe(stickiness)];
}
