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

/** The organisation as an actor; `publish` writes the directory document. */
export const organisationBehaviour = (
  publish: PublishDocument,
): Behaviour<OrganisationState, OrganisationMessage, OrganisationEvent, OrganisationEffect, Failure> => ({
  kind: kinds.organisation,
  version: 1,
  init: emptyDirectory,
  parse: (message) => OrganisationMessage.parse(message),
  handle: (state, message, { at }) => handleOrganisation(state, message, at),
  apply: applyOrganisation,
  perform: async ({ directory }) => publish(organisationKey, directory.version, directory),
  resume: (state) => (state.version === 0 ? [] : [{ kind: "put_directory", directory: state }]),
});
