import type { ActorClient, Behaviour } from "../../runtime/index.ts";
import type { Failure } from "../../protocols/failures.ts";
import { OrganisationMessage } from "../../protocols/organisation-messages.ts";
import { kinds, organisationKey } from "../../protocols/topology.ts";
import type { PublishDocument } from "../published-document.ts";
import {
  applyOrganisation,
  emptyDirectory,
  handleOrganisation,
  resumeOrganisation,
  type OrganisationEffect,
  type OrganisationEvent,
  type OrganisationState,
} from "./organisation.ts";

export interface OrganisationPorts {
  readonly publishDirectory: PublishDocument;
  readonly client: ActorClient;
}

const beginTimeoutMs = 5_000;

/** The organisation as an actor: its journal says who may do what, its directory tells everybody. */
export const organisationBehaviour = (
  ports: OrganisationPorts,
): Behaviour<OrganisationState, OrganisationMessage, OrganisationEvent, OrganisationEffect, Failure> => ({
  kind: kinds.organisation,
  version: 1,
  init: emptyDirectory,
  parse: (message) => OrganisationMessage.parse(message),
  handle: (state, message, { at }) => handleOrganisation(state, message, at),
  apply: applyOrganisation,
  perform: (effect) => perform(ports, effect),
  resume: resumeOrganisation,
});

async function perform(
  { publishDirectory, client }: OrganisationPorts,
  effect: OrganisationEffect,
): Promise<void> {
  switch (effect.kind) {
    case "put_directory":
      return publishDirectory(organisationKey, effect.directory.version, effect.directory);
    case "begin_environment": {
      const { environment, partitions } = effect;
      const message = { type: "begin", environment, partitions };
      const address = { kind: kinds.environment, key: environment };
      const answer = await client.ask(address, message, {
        by: kinds.organisation,
        timeoutMs: beginTimeoutMs,
      });
      if (!answer.ok) throw new Error(`environment ${environment} did not begin`); // performed again
    }
  }
}
