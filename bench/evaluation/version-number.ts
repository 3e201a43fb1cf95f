/** Enough of a version for those that are known to be well formed: what straight-line code would do. */
export function versionNumber(text: string): number {
  const first = text.indexOf(".");
  const second = text.indexOf(".", first + 1);
  return (
    Number(text.slice(0, first)) * 1e6 +
    Number(text.slice(first + 1, second)) * 1e3 +
    Number(text.slice(second + 1))
  );
}
