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
  if (line.pinned) parts.push("pinned");
  if (line.watched) parts.push("waiting to be free");
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

/** The name by which somebody is spoken of: up to the first space. */
export function firstName(name: string): string {
  return name.trim().split(/\s/, 1)[0] ?? name;
}

/** A part of a name, and whether a search found it. */
export interface Piece {
  text: string;
  found: boolean;
}

/** A name in parts, by the places that a search found, which come in order. */
export function pieces({ name, highlights }: Pick<Line, "name" | "highlights">): Piece[] {
  const parts: Piece[] = [];
  let at = 0;
  for (const [from, to] of highlights) {
    parts.push({ text: name.slice(at, from), found: false }, { text: name.slice(from, to), found: true });
    at = to;
  }
  parts.push({ text: name.slice(at), found: false });
  return parts.filter(({ text }) => text !== "");
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
