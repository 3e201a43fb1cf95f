import { tell } from "../../runtime/index.ts";
import type { Step } from "../../runtime/index.ts";
import {
  browserScopes,
  type Directory,
  type EnvironmentRecord,
  type TokenRecord,
} from "../../protocols/directory.ts";
import { fail, succeed } from "../../protocols/errors.ts";
import type { Failure } from "../../protocols/failures.ts";
import type { EnvironmentKey } from "../../protocols/ids.ts";
import type { EnvironmentChange, OrganisationMessage } from "../../protocols/organisation-messages.ts";
import { kinds } from "../../protocols/topology.ts";
import type { EpochMs } from "../../protocols/time.ts";

// The organisation: its environments and the tokens that open them. Every change writes the directory anew, which is
// what gateways and hosts follow; the journal is the audit log.

export type OrganisationState = Directory;

export type OrganisationEvent =
  | { kind: "root_installed"; token: TokenRecord }
  | { kind: "environment_created"; environment: EnvironmentRecord }
  | { kind: "environment_archived"; environment: EnvironmentKey }
  | { kind: "environment_changed"; environment: EnvironmentKey; change: EnvironmentChange }
  | { kind: "token_created"; token: TokenRecord }
  | { kind: "token_revoked"; prefix: string };

/** Shows everybody the directory as it stands by then. */
export interface OrganisationEffect {
  readonly kind: "put_directory";
}
const putDirectory: OrganisationEffect = { kind: "put_directory" };

type OrganisationStep = Step<OrganisationEvent, OrganisationEffect, Failure>;

const rootName = "root";

/** Version 0 is never published: the first change makes version 1. */
export const emptyDirectory = (): Directory => ({
  version: 0,
  projects: [{ key: "main", name: "Main" }],
  environments: [],
  tokens: [],
});

export function handleOrganisation(
  state: OrganisationState,
  message: OrganisationMessage,
  at: EpochMs,
): OrganisationStep {
  switch (message.type) {
    case "get":
      return { events: [], reply: succeed(state) };
    case "ensure_root":
      return ensureRoot(state, message, at);
    case "create_environment":
      return createEnvironment(state, message.environment, at);
    case "archive_environment": {
      const found = state.environments.find(({ key }) => key === message.environment);
      if (found === undefined)
        return refuse({ code: "environment_not_found", environment: message.environment });
      if (found.archived) return { events: [], reply: succeed(found) };
      return change({ kind: "environment_archived", environment: found.key }, { ...found, archived: true });
    }
    case "change_environment": {
      const { environment, change: wanted } = message;
      const found = state.environments.find(({ key, archived }) => key === environment && !archived);
      if (found === undefined) return refuse({ code: "environment_not_found", environment });
      return change(
        { kind: "environment_changed", environment, change: wanted },
        changedEnvironment(found, wanted),
      );
    }
    case "create_token":
      return createToken(state, message, at);
    case "revoke_token": {
      const found = state.tokens.find(({ prefix }) => prefix === message.prefix);
      if (found === undefined) return refuse({ code: "token_not_found", prefix: message.prefix });
      return change({ kind: "token_revoked", prefix: found.prefix }, found);
    }
  }
}

export function applyOrganisation(state: OrganisationState, event: OrganisationEvent): OrganisationState {
  const version = state.version + 1;
  switch (event.kind) {
    case "root_installed":
      return {
        ...state,
        version,
        tokens: [event.token, ...state.tokens.filter(({ name }) => name !== rootName)],
      };
    case "environment_created":
      return { ...state, version, environments: [...state.environments, event.environment] };
    case "environment_archived":
      return {
        ...state,
        version,
        environments: state.environments.map((each) =>
          each.key === event.environment ? { ...each, archived: true } : each,
        ),
      };
    case "environment_changed":
      return {
        ...state,
        version,
        environments: state.environments.map((each) =>
          each.key === event.environment ? changedEnvironment(each, event.change) : each,
        ),
      };
    case "token_created":
      return { ...state, version, tokens: [...state.tokens, event.token] };
    case "token_revoked":
      return { ...state, version, tokens: state.tokens.filter(({ prefix }) => prefix !== event.prefix) };
  }
}

function ensureRoot(
  state: OrganisationState,
  { hash, prefix }: { hash: string; prefix: string },
  at: EpochMs,
): OrganisationStep {
  if (state.tokens.some((token) => token.name === rootName && token.hash === hash)) {
    return { events: [], reply: succeed(state), effects: [putDirectory] };
  }
  const token: TokenRecord = {
    hash,
    prefix,
    name: rootName,
    kind: "server",
    scopes: ["admin", "ingestion:backfill"],
    createdAt: at,
  };
  const event: OrganisationEvent = { kind: "root_installed", token };
  return change(event, applyOrganisation(state, event));
}

function createEnvironment(
  state: OrganisationState,
  input: Extract<OrganisationMessage, { type: "create_environment" }>["environment"],
  at: EpochMs,
): OrganisationStep {
  if (state.environments.some(({ key }) => key === input.key)) {
    return refuse({ code: "already_exists", what: "environment", key: input.key });
  }
  const environment: EnvironmentRecord = {
    key: input.key,
    project: input.project,
    name: input.name ?? input.key,
    production: input.production,
    partitions: input.partitions,
    createdAt: at,
    archived: false,
    ...(input.decisionLog === undefined ? {} : { decisionLog: input.decisionLog }),
    ...(input.assignmentDays === undefined ? {} : { assignmentDays: input.assignmentDays }),
  };
  const step = change({ kind: "environment_created", environment }, environment);
  const message = { type: "begin", environment: input.key, partitions: input.partitions };
  return { ...step, effects: [tell({ kind: kinds.environment, key: input.key }, message), putDirectory] };
}

function createToken(
  state: OrganisationState,
  { hash, prefix, token: input }: Extract<OrganisationMessage, { type: "create_token" }>,
  at: EpochMs,
): OrganisationStep {
  if (state.tokens.some((each) => each.prefix === prefix)) {
    return refuse({ code: "already_exists", what: "token", key: prefix });
  }
  const tooMuch =
    input.kind === "browser" ? input.scopes.find((scope) => !browserScopes.includes(scope)) : undefined;
  if (tooMuch !== undefined) {
    const message = `a browser token may not hold ${tooMuch}: only ${browserScopes.join(" and ")}`;
    return refuse({ code: "invalid_request", issues: [{ path: "scopes", message }] });
  }
  if (input.name === rootName) {
    return refuse({ code: "invalid_request", issues: [{ path: "name", message: "is reserved" }] });
  }
  if (input.environment !== undefined && !state.environments.some(({ key }) => key === input.environment)) {
    return refuse({ code: "environment_not_found", environment: input.environment });
  }
  const token: TokenRecord = { hash, prefix, ...input, createdAt: at };
  return change({ kind: "token_created", token }, token);
}

/** Members that the change leaves out stay. */
const changedEnvironment = (record: EnvironmentRecord, change: EnvironmentChange): EnvironmentRecord => ({
  ...record,
  ...(Object.fromEntries(
    Object.entries(change).filter(([, value]) => value !== undefined),
  ) as Partial<EnvironmentRecord>),
});

const refuse = (failure: Failure): OrganisationStep => ({ events: [], reply: fail(failure) });

const change = (event: OrganisationEvent, answer: unknown): OrganisationStep => ({
  events: [event],
  reply: succeed(answer),
  effects: [putDirectory],
});
