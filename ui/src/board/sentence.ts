/** A row read aloud. */

import type { Line } from "../bindings/Line";
import { spoken } from "../time";

/** "Anna Keller, account executive, extension 4021, on call in Teams for 12 minutes". */
export function sentence(line: Line, forSeconds: number | null, ageSeconds: number | null): string {
  const parts = [line.name];
  if (line.title !== "") parts.push(lowered(line.title));
  parts.push(line.extension === "" ? "no extension" : `extension ${line.extension}`);

  let state = lowered(line.label);
  if (line.tags.length > 0) state += ` in ${line.tags.join(" and ")}`;
  if (!line.stale && forSeconds !== null) state += ` for ${spoken(forSeconds)}`;
  parts.push(state);

  if (line.detail !== "") parts.push(lowered(line.detail));
  if (line.outOfOffice && !/out of office/i.test(line.detail)) parts.push("out of office");
  if (line.stale && ageSeconds !== null) parts.push(`${spoken(ageSeconds)} old`);
  return parts.join(", ");
}

/** What is said when the chosen person's state changes: "Anna Keller is now available". */
export function changed(line: Line): string {
  if (line.stale) return `${line.name}: ${lowered(line.label)}`;
  const tags = line.tags.length > 0 ? ` in ${line.tags.join(" and ")}` : "";
  const detail = line.detail === "" ? "" : `, ${lowered(line.detail)}`;
  return `${line.name} is now ${lowered(line.label)}${tags}${detail}`;
}

/** The same words with a small first letter, unless the first word is an abbreviation such as "IT" or a brand. */
function lowered(words: string): string {
  const [first = "", second = ""] = words;
  if (second !== second.toLowerCase()) return words;
  if (/^(Microsoft|Teams|8x8)\b/.test(words)) return words;
  return first.toLowerCase() + words.slice(first.length);
}
