import type { Route } from "../protocols/routes.ts";

// Finds a route: whole paths in one look-up first, then those with parameters, segment by segment.

export interface Match<Target> {
  readonly target: Target;
  /** Decoded, in the order of the path. */
  readonly params: readonly string[];
}

export type RouteResult<Target> =
  | ({ readonly kind: "found" } & Match<Target>)
  | { readonly kind: "wrong_method"; readonly allowed: readonly string[] }
  | { readonly kind: "bad_encoding" }
  | { readonly kind: "not_found" };

interface Pattern<Target> {
  readonly method: string;
  readonly segments: readonly string[];
  /** The last parameter takes everything that is left: OFREP clients send keys with raw slashes. */
  readonly greedy: boolean;
  readonly target: Target;
}

export class Router<Target> {
  readonly #whole = new Map<string, Map<string, Target>>();
  readonly #patterns: Pattern<Target>[] = [];

  add(route: Route, target: Target, options: { readonly greedy?: boolean } = {}): void {
    if (route.path.includes(":")) {
      const segments = route.path.slice(1).split("/");
      this.#patterns.push({ method: route.method, segments, greedy: options.greedy === true, target });
      return;
    }
    const methods = this.#whole.get(route.path) ?? new Map<string, Target>();
    this.#whole.set(route.path, methods.set(route.method, target));
  }

  find(method: string, path: string): RouteResult<Target> {
    const wanted = method === "HEAD" ? "GET" : method;
    const methods = this.#whole.get(path);
    const exact = methods?.get(wanted);
    if (exact !== undefined) return { kind: "found", target: exact, params: [] };
    const allowed = new Set(methods?.keys());
    const segments = path.slice(1).split("/");
    for (const pattern of this.#patterns) {
      const raw = match(pattern, segments);
      if (raw === undefined) continue;
      if (pattern.method !== wanted) {
        allowed.add(pattern.method);
        continue;
      }
      const params = decoded(raw);
      return params === undefined
        ? { kind: "bad_encoding" }
        : { kind: "found", target: pattern.target, params };
    }
    return allowed.size === 0
      ? { kind: "not_found" }
      : { kind: "wrong_method", allowed: withImplied(allowed) };
  }
}

function withImplied(allowed: ReadonlySet<string>): string[] {
  return [...allowed, ...(allowed.has("GET") ? ["HEAD"] : []), "OPTIONS"].sort();
}

function match(
  { segments, greedy }: { readonly segments: readonly string[]; readonly greedy: boolean },
  path: readonly string[],
): string[] | undefined {
  if (greedy ? path.length < segments.length : path.length !== segments.length) return undefined;
  const params: string[] = [];
  for (const [index, segment] of segments.entries()) {
    const given = path[index];
    if (given === undefined) return undefined;
    if (!segment.startsWith(":")) {
      if (segment !== given) return undefined;
      continue;
    }
    const value = greedy && index === segments.length - 1 ? path.slice(index).join("/") : given;
    if (value === "") return undefined;
    params.push(value);
  }
  return params;
}

function decoded(raw: readonly string[]): string[] | undefined {
  try {
    return raw.map(decodeURIComponent);
  } catch {
    return undefined; // `%` without two hexadecimal digits, or bytes that are not UTF-8
  }
}
