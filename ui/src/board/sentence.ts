/** A row read aloud. */

import type { Line } from "../bindings/Line";
import { spoken } from "../time";

/** "Anna Keller, account executive, extension 4021, on call in Teams for 12 minutes". */
export function sentence(line: Line, forSeconds: number | null, ageSeconds: number | null): string {
  const parts = [line.name];
  if (line.title !== "") parts.push(lowered(line.title));
  parts.push(line.extension === "" ? "no extension" : `extension ${line.extension}`);

  let state = lowered(line.label) + within(line);
  if (!line.stale && forSeconds !== null) state += ` for ${spoken(forSeconds)}`;
  parts.push(state);

  const detail = finer(line);
  if (detail !== "") parts.push(lowered(detail));
  if (line.outOfOffice && !/out of office/i.test(line.detail)) parts.push("out of office");
  if (line.stale && ageSeconds !== null) parts.push(`${spoken(ageSeconds)} old`);
  return parts.join(", ");
}

/** What is said when the chosen person's state changes: "Anna Keller is now available". */
export function changed(line: Line): string {
  if (line.stale) return `${line.name}: ${lowered(line.label)}`;
  const detail = finer(line);
  return `${line.name} is now ${lowered(line.label)}${within(line)}${detail === "" ? "" : `, ${lowered(detail)}`}`;
}

/** The finer word, unless it says again what the label and the tag beside it say. */
export function finer(line: Line): string {
  const again = !line.stale && line.tags.includes("8x8") && line.detail === "On an 8x8 call";
  return again ? "" : line.detail;
}

/** Where a call is: " in Teams and 8x8". */
function within({ tags }: Line): string {
  return tags.length > 0 ? ` in ${tags.join(" and ")}` : "";
}

/** The same words with a small first letter, unless the first word is an abbreviation such as "IT" or a brand. */
function lowered(words: string): string {
  const [first = "", second = ""] = words;
  if (second !== second.toLowerCase()) return words;
  if (/^(Microsoft|Teams|8x8)\b/.test(words)) return words;
  return first.toLowerCase() + words.slice(first.length);
}
