import { z } from "zod";
import { ActorDetail, ActorList, ReplayInput, ReplayReport } from "../protocols/actor-operations.ts";
import { AssignmentRequest, EvaluateRequest, FlagsEvaluateRequest } from "../protocols/decision.ts";
import { CalibrationRequest } from "../protocols/calibration.ts";
import { EnvironmentRecord, TokenRecord } from "../protocols/directory.ts";
import {
  ConsentInput,
  DecisionInput,
  EventsInput,
  ExposureInput,
  IdentifyInput,
  OutcomeInput,
  RewardInput,
  ShadowInput,
  SlotInput,
} from "../protocols/event.ts";
import { Experiment, PublishedExperiment } from "../protocols/experiment.ts";
import { Flag, Segment } from "../protocols/flag.ts";
import { Holdout, Layer } from "../protocols/layer.ts";
import { Metric } from "../protocols/metric.ts";
import { EnvironmentChange, EnvironmentInput, TokenInput } from "../protocols/organisation-messages.ts";
import { OverrideInput } from "../protocols/override-input.ts";
import { SignedPlan } from "../protocols/plan.ts";
import { PowerRequest } from "../protocols/power.ts";
import { routes, type Route } from "../protocols/routes.ts";
import { SegmentInput } from "../protocols/segment-input.ts";
import { Restore } from "./control/history.ts";
import { PublishNote, Rollback } from "./control/publishing.ts";
import { SignIn } from "./control/session.ts";

// The OpenAPI 3.1 document, from the same schemas that parse the requests.

type RouteName = keyof typeof routes;

const schemas = {
  EvaluateRequest,
  FlagsEvaluateRequest,
  AssignmentRequest,
  ExposureInput,
  OutcomeInput,
  DecisionInput,
  IdentifyInput,
  ConsentInput,
  SlotInput,
  RewardInput,
  ShadowInput,
  EventsInput,
  EnvironmentInput,
  EnvironmentChange,
  EnvironmentRecord,
  TokenInput,
  TokenRecord: TokenRecord.omit({ hash: true }),
  Flag,
  Segment,
  SegmentInput,
  Metric,
  Experiment,
  PublishedExperiment,
  Layer,
  Holdout,
  OverrideInput,
  SignedPlan,
  PublishNote,
  Rollback,
  Restore,
  SignIn,
  ActorList,
  ActorDetail,
  ReplayInput,
  ReplayReport,
  PowerRequest,
  CalibrationRequest,
} as const;
type SchemaName = keyof typeof schemas;

const bodies: Partial<Record<RouteName, SchemaName>> = {
  signIn: "SignIn",
  evaluate: "EvaluateRequest",
  flagsEvaluate: "FlagsEvaluateRequest",
  assignments: "AssignmentRequest",
  events: "EventsInput",
  identify: "IdentifyInput",
  consent: "ConsentInput",
  exposures: "ExposureInput",
  exposuresShort: "ExposureInput",
  outcomes: "OutcomeInput",
  metricsShort: "OutcomeInput",
  createEnvironment: "EnvironmentInput",
  changeEnvironment: "EnvironmentChange",
  publishEnvironment: "PublishNote",
  rollbackEnvironment: "Rollback",
  createToken: "TokenInput",
  putFlag: "Flag",
  createFlag: "Flag",
  publishFlag: "PublishNote",
  putSegment: "SegmentInput",
  restoreEntity: "Restore",
  putMetric: "Metric",
  createExperiment: "Experiment",
  putExperiment: "Experiment",
  lifecycle: "PublishNote",
  createLayer: "Layer",
  putLayer: "Layer",
  createHoldout: "Holdout",
  putHoldout: "Holdout",
  createOverrides: "OverrideInput",
  putOverride: "OverrideInput",
  replayActor: "ReplayInput",
  power: "PowerRequest",
  calibrate: "CalibrationRequest",
};

const problem = {
  type: "object",
  required: ["type", "title", "status", "code", "detail", "correlationId"],
  properties: {
    type: { type: "string" },
    title: { type: "string" },
    status: { type: "integer" },
    code: { type: "string" },
    detail: { type: "string" },
    instance: { type: "string" },
    correlationId: { type: "string" },
  },
  additionalProperties: true,
};

export function openapiDocument(): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const name of Object.keys(routes) as RouteName[]) {
    const path = routes[name].path.replace(/:([a-z]+)/g, "{$1}");
    (paths[path] ??= {})[routes[name].method.toLowerCase()] = operation(name, routes[name]);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Weir",
      version: "1",
      description: "Feature flags and online experiments on one event log.",
    },
    paths,
    components: {
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer" },
        apiKey: { type: "apiKey", in: "header", name: "X-API-Key" },
        session: { type: "apiKey", in: "cookie", name: "weir_session" },
      },
      schemas: { Problem: problem, ...componentSchemas() },
    },
  };
}

function operation(name: RouteName, route: Route): Record<string, unknown> {
  const body = bodies[name];
  const params = [...route.path.matchAll(/:([a-z]+)/g)].map(([, param]) => ({
    name: param,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
  return {
    operationId: name,
    summary: route.summary,
    ...(params.length === 0 ? {} : { parameters: params }),
    security: route.scope === "public" ? [] : [{ bearer: [] }, { apiKey: [] }, { session: [] }],
    "x-weir-scope": route.scope,
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            content: { "application/json": { schema: { $ref: `#/components/schemas/${body}` } } },
          },
        }),
    responses: {
      "2XX": { description: "Done" },
      default: {
        description: "A problem (RFC 9457)",
        content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
      },
    },
  };
}

function componentSchemas(): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => {
      // What clients send: before defaults and transforms. Recursive parts get definitions of their own inside.
      const json = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
      const { $schema: _dialect, ...shown } = json;
      return [name, rebase(shown, `#/components/schemas/${name}`)];
    }),
  );
}

/** References are relative to each schema's root; inside the document that root is elsewhere. */
function rebase(value: unknown, root: string): unknown {
  if (Array.isArray(value)) return value.map((item) => rebase(item, root));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) =>
      name === "$ref" && typeof member === "string" && member.startsWith("#")
        ? [name, root + member.slice(1)]
        : [name, rebase(member, root)],
    ),
  );
}
