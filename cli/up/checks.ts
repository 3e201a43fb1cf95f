import { accessSync, constants, mkdirSync, statfsSync } from "node:fs";
import { createServer } from "node:net";
import { delimiter, join } from "node:path";
import type { CliConfig } from "../config.ts";
import { freePorts } from "../../runtime/index.ts";
import { CliFailure, systemCodeOf } from "../failure.ts";
import { projectRoot } from "../paths.ts";

// What can be known to fail before anything is started. Each says what to do.

/** The log, the warehouse and the snapshots of a first run need some tens of MB; a full disk later stops ingestion. */
const freeBytesMin = 1024 ** 3;

/** Resolves to the port: the given one, or a free one for 0. */
export async function checkPort(host: string, port: number): Promise<number> {
  try {
    return port === 0 ? await freePorts(host) : await listenOnce(host, port);
  } catch (error) {
    throw portFailure(host, port, error);
  }
}

function listenOnce(host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(port)));
  });
}

function portFailure(host: string, port: number, error: unknown): CliFailure {
  const where = `${host}:${port}`;
  switch (systemCodeOf(error)) {
    case "EADDRINUSE":
      return new CliFailure(
        "port_taken",
        `another program listens on ${where}: stop it, or choose another --port`,
      );
    case "EACCES":
      return new CliFailure(
        "port_forbidden",
        `this user may not listen on ${where}: choose a --port above 1023`,
      );
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new CliFailure("host_unknown", `${host} is no address of this machine: choose another --host`);
    case undefined:
    default:
      return new CliFailure(
        "port_unusable",
        `cannot listen on ${where}: ${error instanceof Error ? error.message : String(error)}`,
      );
  }
}

/** Makes the directory and checks that it can be written to and has room. */
export function checkDataDir(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true });
    accessSync(dataDir, constants.W_OK);
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === "EEXIST" || code === "ENOTDIR")
      throw new CliFailure(
        "data_dir_not_a_directory",
        `${dataDir} is not a directory: choose another --data-dir`,
      );
    if (code === "EACCES" || code === "EPERM" || code === "EROFS")
      throw new CliFailure(
        "data_dir_forbidden",
        `this user may not write to ${dataDir}: choose another --data-dir`,
      );
    throw error;
  }
  const { bavail, bsize } = statfsSync(dataDir);
  const freeBytes = bavail * bsize;
  if (freeBytes < freeBytesMin) {
    const freeMb = Math.floor(freeBytes / 1024 ** 2);
    throw new CliFailure(
      "disk_full",
      `${dataDir} has only ${freeMb} MB free and Weir needs 1 GB: make room there`,
    );
  }
}

/** The nats-server to start: the named one, else ours, else one on PATH. */
export function findNatsBinary(config: CliConfig): string {
  if (config.natsServer !== undefined) {
    if (isExecutable(config.natsServer)) return config.natsServer;
    throw new CliFailure(
      "nats_missing",
      `WEIR_NATS_SERVER names ${config.natsServer}, which cannot be executed`,
    );
  }
  const onPath = config.searchPath.split(delimiter).map((folder) => join(folder, "nats-server"));
  const found = [join(projectRoot, ".tools/nats/nats-server"), ...onPath].find(isExecutable);
  if (found !== undefined) return found;
  throw new CliFailure(
    "nats_missing",
    "nats-server was not found: run 'npm start' once, which prepares it, or install it, or set NATS_URL to a running one",
  );
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
