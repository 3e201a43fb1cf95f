// Child processes: those of a set-up step, which run quietly, and the one the command is about, which owns the terminal.
import { spawn } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { constants as system } from "node:os";
import { delimiter, join } from "node:path";

const children = new Set();

/** Runs to the end and answers its exit code and everything it said. Never throws. */
export function capture(file, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
    children.add(child);
    let output = "";
    const collect = (chunk) => {
      output += chunk;
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    const end = (result) => {
      children.delete(child);
      resolve(result);
    };
    child.on("error", (error) => end({ ok: false, output: `${output}${error.message}` }));
    child.on("close", (code) => end({ ok: code === 0, output }));
  });
}

/** Runs with our terminal and answers the exit code; 128 + n when signal n ended it, as shells do. */
export function foreground(file, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: "inherit", ...options });
    children.add(child);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      children.delete(child);
      resolve(code ?? 128 + (system.signals[signal] ?? 0));
    });
  });
}

/**
 * Passes signals on to whoever runs just now, after `notice` has heard of it. Ctrl-C in a terminal reaches the whole
 * process group by itself, and forwarding it would make it a second one, which programs read as "at once!".
 */
export function forwardSignals(notice) {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => {
      notice(128 + system.signals[signal]);
      if (signal === "SIGINT" && process.stdin.isTTY) return;
      for (const child of children) child.kill(signal);
    });
  }
}

const starterPollIntervalMs = 1_000;

/**
 * Ends with the npm that started us: killed outright, it cannot tell anybody, and a Weir without a starter would hold
 * its port and its data until somebody finds it. Started by hand we may be left alone on purpose, as with nohup.
 */
export function endWithNpm() {
  if (process.env.npm_lifecycle_event === undefined) return;
  const starter = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === starter) return;
    clearInterval(timer);
    process.kill(process.pid, "SIGTERM");
  }, starterPollIntervalMs);
  timer.unref();
}

// Where administrators' programs live when the PATH of a plain user leaves these out.
const furtherDirectories = ["/usr/sbin", "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/bin"];

/** The absolute path of the first of `names` that is installed, or undefined. */
export function which(...names) {
  const directories = [...(process.env.PATH ?? "").split(delimiter).filter(Boolean), ...furtherDirectories];
  for (const name of names) {
    for (const directory of directories) {
      const file = join(directory, name);
      if (isExecutable(file)) return file;
    }
  }
  return undefined;
}

export function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** Whether this process may install system packages. */
export const isRoot = () => process.getuid?.() === 0;
