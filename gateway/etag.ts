/** If-None-Match: a list of tags, weak or not, or `*`. */
export function isSameTag(header: string, etag: string): boolean {
  if (header === "") return false;
  return header.split(",").some((tag) => {
    const given = tag.trim().replace(/^W\//, "");
    return given === "*" || given === etag;
  });
}
