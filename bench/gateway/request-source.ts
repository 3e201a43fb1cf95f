import { serialMark } from "./requests.ts";

/** Requests in turn, each with a serial number of its own where it is marked. */
export class RequestSource {
  readonly #forms: readonly { readonly bytes: Buffer; readonly marks: readonly number[] }[];
  #count = 0;

  constructor(requests: readonly string[]) {
    this.#forms = requests.map((text) => {
      const bytes = Buffer.from(text);
      const marks: number[] = [];
      for (let at = bytes.indexOf(serialMark); at >= 0; at = bytes.indexOf(serialMark, at + 1))
        marks.push(at);
      return { bytes, marks };
    });
  }

  next(): Buffer {
    const serial = this.#count++;
    const form = this.#forms[serial % this.#forms.length];
    if (form === undefined) throw new Error("a load needs requests");
    if (form.marks.length === 0) return form.bytes;
    const bytes = Buffer.from(form.bytes); // the socket may still hold the one before
    const digits = String(serial).padStart(serialMark.length, "0");
    for (const mark of form.marks) bytes.write(digits, mark, "latin1");
    return bytes;
  }
}
