// Errors in ClickHouse's own words, so that a client cannot tell the embedded warehouse from a server.

/** A refusal with ClickHouse's number and name for it. */
export class Exception extends Error {
  override readonly name = "Exception";
  readonly code: number;
  readonly type: string;
  constructor(code: number, type: string, message: string) {
    super(message);
    this.code = code;
    this.type = type;
  }
}

/** Numbers of ClickHouse's ErrorCodes.cpp that the front itself uses. */
export const exceptions = {
  badArguments: (message: string) => new Exception(36, "BAD_ARGUMENTS", message),
  notImplemented: (message: string) => new Exception(48, "NOT_IMPLEMENTED", message),
  syntax: (message: string) => new Exception(62, "SYNTAX_ERROR", message),
  unknownFormat: (format: string) => new Exception(73, "UNKNOWN_FORMAT", `Unknown format ${format}`),
  cannotWrite: (reason: string) =>
    new Exception(75, "CANNOT_WRITE_TO_FILE_DESCRIPTOR", `Cannot write an insert's rows, ${reason}`),
  tooManyQueries: (waitingMax: number) =>
    new Exception(
      202,
      "TOO_MANY_SIMULTANEOUS_QUERIES",
      `Too many simultaneous queries: ${waitingMax} are waiting`,
    ),
  tooManyBytes: (bytesMax: number) =>
    new Exception(307, "TOO_MANY_BYTES", `The request holds more than ${bytesMax} bytes`),
  unknownParameter: (name: string) =>
    new Exception(456, "UNKNOWN_QUERY_PARAMETER", `Substitution \`${name}\` is not set`),
  aborted: () => new Exception(236, "ABORTED", "The warehouse is stopping"),
};

const pattern = /Code:\s*(\d+)\.\s*(?:DB::)?\w*Exception:\s*([\s\S]*?)\s*\(([A-Z0-9_]*[A-Z]{3}[A-Z0-9_]*)\)/;

/** The engine's error text, taken apart. What does not look like one becomes a logical error. */
export function exceptionOf(error: unknown): Exception {
  if (error instanceof Exception) return error;
  const text = error instanceof Error ? error.message : String(error);
  const found = pattern.exec(text);
  return found === null
    ? new Exception(49, "LOGICAL_ERROR", text)
    : new Exception(Number(found[1]), found[3] ?? "", found[2] ?? text);
}

export const exceptionText = ({ code, type, message }: Exception, version: string): string =>
  `Code: ${code}. DB::Exception: ${message} (${type}) (version ${version})\n`;

/** As ClickHouse answers; what it leaves unsaid is its own fault, so 500. */
const statuses: Readonly<Record<number, number>> = {
  36: 400, // BAD_ARGUMENTS
  41: 400, // CANNOT_PARSE_DATETIME
  26: 400, // CANNOT_PARSE_QUOTED_STRING
  27: 400, // CANNOT_PARSE_INPUT_ASSERTION_FAILED
  43: 400, // ILLEGAL_TYPE_OF_ARGUMENT
  46: 404, // UNKNOWN_FUNCTION
  47: 404, // UNKNOWN_IDENTIFIER
  48: 501, // NOT_IMPLEMENTED
  60: 404, // UNKNOWN_TABLE
  62: 400, // SYNTAX_ERROR
  73: 400, // UNKNOWN_FORMAT
  81: 404, // UNKNOWN_DATABASE
  115: 404, // UNKNOWN_SETTING
  159: 408, // TIMEOUT_EXCEEDED
  202: 503, // TOO_MANY_SIMULTANEOUS_QUERIES
  236: 503, // ABORTED
  307: 413, // TOO_MANY_BYTES
  456: 400, // UNKNOWN_QUERY_PARAMETER
};

export const statusOf = ({ code }: Exception): number => statuses[code] ?? 500;
