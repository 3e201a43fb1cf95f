import type { EvaluationContext } from "../../protocols/decision.ts";
import type { HashRecipe } from "../../protocols/hash-recipe.ts";
import { attributeReader } from "../attribute.ts";
import { positionOf } from "./index.ts";

/** Where the asker lies on the recipe's scale; undefined when there is nothing to hash: no raw key, or no such attribute. */
export type Place = (context: EvaluationContext) => number | undefined;

export function placeOf(recipe: HashRecipe): Place {
  const position = positionOf(recipe);
  if (recipe.attribute === undefined)
    return ({ key }) => (key === undefined || key === "" ? undefined : position(key));
  const read = attributeReader(recipe.attribute);
  return ({ attributes }) => {
    const value = read(attributes);
    if (typeof value === "string") return value === "" ? undefined : position(value);
    // The systems that bucket by numbers hash them as texts.
    return typeof value === "number" && Number.isFinite(value) ? position(String(value)) : undefined;
  };
}
