/** The words above a group. */

import type { Heading } from "../bindings/Heading";
import { count } from "../words";

/** What a group is called. */
export function title({ kind, name }: Heading, old: boolean): string {
  switch (kind) {
    case "pinned":
      return "Pinned";
    case "found":
      return "Matches";
    case "besides":
      return old ? `Also in ${name}, were free` : `Also in ${name}, free now`;
    case "department":
      return name === "" ? "No department" : name;
    case "site":
      return name === "" ? "No site" : name;
    case "all":
      return "Everyone else";
  }
}

/** How many of its people are free: in green as far as they are, then the rest; in the past when everything is old. */
export function tally({ kind, free, total }: Heading, old: boolean): { green: string; rest: string } {
  if (kind === "found") return { green: "", rest: count(total) };
  if (kind === "besides") return old ? { green: "", rest: count(total) } : { green: count(total), rest: "" };
  if (old) return { green: "", rest: `${count(free)} of ${count(total)} were free` };
  if (free === 0) return { green: "", rest: `0 free of ${count(total)}` };
  return { green: `${count(free)} free`, rest: ` of ${count(total)}` };
}

/** Whether a group can be folded: a search is not searched for to be folded away. */
export function foldable({ kind }: Heading): boolean {
  return kind === "pinned" || kind === "department" || kind === "site";
}
