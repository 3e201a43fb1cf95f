import type { Behaviour } from "../../runtime/index.ts";
import type { Failure } from "../../protocols/failures.ts";
import { OrganisationMessage } from "../../protocols/organisation-messages.ts";
import { kinds, organisationKey } from "../../protocols/topology.ts";
import type { PublishDocument } from "../published-document.ts";
import {
  applyOrganisation,
  emptyDirectory,
  handleOrganisation,
  type OrganisationEffect,
  type OrganisationEvent,
  type OrganisationState,
} from "./organisation.ts";

/** The organisation as an actor: its journal says who may do what, its directory tells everybody. */
export const organisationBehaviour = (
  publishDirectory: PublishDocument,
): Behaviour<OrganisationState, OrganisationMessage, OrganisationEvent, OrganisationEffect, Failure> => ({
  kind: kinds.organisation,
  version: 1,
  accepts: (key) => key === organisationKey,
  init: emptyDirectory,
  parse: (message) => OrganisationMessage.parse(message),
  handle: (state, message, { at }) => handleOrganisation(state, message, at),
  apply: applyOrganisation,
  perform: (_effect, { state }) => publishDirectory(organisationKey, state.version, state),
});
