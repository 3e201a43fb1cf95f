import type { EnvironmentRecord } from "../../protocols/directory.ts";
import type { Session } from "../api.ts";

/** Which of the three colours an environment has; the word stands beside it always. */
export function kindOf({ key, production }: EnvironmentRecord): "production" | "staging" | "dev" {
  if (production) return "production";
  return /stag|pre|test|qa/.test(key) ? "staging" : "dev";
}

/** The name, with the word "production" where it would otherwise be colour alone. */
export const labelOf = (environment: EnvironmentRecord): string =>
  environment.production && !/prod/i.test(environment.name)
    ? `${environment.name} (production)`
    : environment.name === ""
      ? environment.key
      : environment.name;

/** The address wins, then the token's own, then the last one used, then the first that stands. */
export function chooseEnvironment(
  environments: readonly EnvironmentRecord[],
  wishes: { address: string | null; session: Session; last: string | null },
): EnvironmentRecord | undefined {
  const standing = environments.filter(({ archived }) => !archived);
  for (const wish of [wishes.address, wishes.session.environment, wishes.last]) {
    const found = standing.find(({ key }) => key === wish);
    if (found !== undefined) return found;
  }
  return standing[0];
}
