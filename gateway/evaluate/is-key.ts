const lengthMax = 100;
const [digit0, digit9, letterA, letterZ] = [48, 57, 97, 122];
const [dash, dot, underscore] = [45, 46, 95];

/** As `keyPattern` (protocols/ids.ts), in a third of its time for keys as they are. */
export function isKey(text: string): boolean {
  if (text.length === 0 || text.length > lengthMax) return false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if ((code >= letterA && code <= letterZ) || (code >= digit0 && code <= digit9)) continue;
    if (index === 0 || (code !== dash && code !== dot && code !== underscore)) return false;
  }
  return true;
}
