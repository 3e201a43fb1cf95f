// What set-up tells a person. It speaks on stderr, so that stdout stays the command's own.

/** A problem the person in front of the terminal can solve; shown without a stack. */
export class SetupError extends Error {}

export function say(text) {
  process.stderr.write(`weir: ${text}\n`);
}

const causes = [
  [/ENOSPC|no space left/i, "the disk is full: free some space and run the command again"],
  [
    /EACCES|EPERM|EROFS|permission denied|read-only file system/i,
    "no permission to write there: run as the owner of this folder",
  ],
  [
    /ENOTFOUND|ENOTCACHED|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|network|could not resolve|temporary failure|unable to connect/i,
    "no network: connect (or set up your proxy) and run the command again",
  ],
];

/** One sentence for a failed step: the known cause if its output shows one, else the output's last lines. */
export function explain(step, output) {
  const program = /spawn (\S+) ENOENT/.exec(output)?.[1];
  if (program !== undefined)
    return new SetupError(`${step} failed: ${program} is missing; install it and try again.`);
  const cause = causes.find(([pattern]) => pattern.test(output));
  if (cause !== undefined) return new SetupError(`${step} failed: ${cause[1]}.`);
  const words = output.split("\n").filter((line) => line.trim() !== "" && !/^\s+at /.test(line));
  const lines = words.slice(-12).join("\n  ");
  return new SetupError(`${step} failed. Its last words were:\n  ${lines}`);
}
