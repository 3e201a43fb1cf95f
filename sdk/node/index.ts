// The Node client: follows an environment's configuration and decides in this process.
export { createWeir } from "./client.ts";
export type { Context, TrackOptions, WeirClient } from "./client.ts";
export type { ConfigurationInfo } from "./configuration.ts";
export type { Details, ErrorCode } from "./details.ts";
export type { Notice } from "./notice.ts";
export type { WeirOptions } from "./options.ts";
export type { Clock, Random } from "./ports.ts";
export type { Status, StatusListener } from "./status.ts";
