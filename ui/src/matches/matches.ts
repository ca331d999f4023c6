/** The match report, apart from how it is drawn: the words of its parts, and which of its rows are where. */

import type { MatchQuery } from "../bindings/MatchQuery";
import type { MatchRow } from "../bindings/MatchRow";
import type { MatchTab } from "../bindings/MatchTab";
import type { MatchTabCount } from "../bindings/MatchTabCount";
import type { Span } from "../board/layout";
import { count, people } from "../words";

/** Most rows an answer holds. */
export const MOST_ROWS = 500;

/** How the rows of a part read. */
export interface Part {
  /** Who is in a row. */
  who: string;
  /** What the second line about them is, where it has a column of its own. */
  status: string | null;
  /** What the address is. */
  address: string;
  /** What the reason explains. */
  why: string;
  /** Whether its people can have an extension. */
  extension: boolean;
  /** Whether there is anything to do about them. */
  remedy: boolean;
  /** What the button of a row says. */
  copy: string;
  /** What it means that nobody is in it. */
  nobody: string;
}

const PERSON = { who: "Person", status: null };
const TEAMS = { ...PERSON, address: "Teams user name", copy: "Copy user name", extension: false, remedy: true };
const EIGHT = { ...PERSON, address: "8x8 address", copy: "Copy address", extension: true, remedy: true };

/** All parts. */
export const PARTS: Record<MatchTab, Part> = {
  matched: {
    ...TEAMS,
    extension: true,
    remedy: false,
    why: "How they match",
    nobody: "Nobody in Teams has an 8x8 user. The other parts tell why.",
  },
  onlyTeams: { ...TEAMS, why: "Why there is no match", nobody: "Everybody in Teams has an 8x8 user." },
  onlyEight: { ...EIGHT, why: "Why there is no match", nobody: "Everybody in 8x8 has a Teams user." },
  duplicates: { ...EIGHT, why: "Why there is no match", nobody: "No two have the same address." },
  leftOut: {
    ...TEAMS,
    why: "Why it is left out",
    nobody: "There are no guests, disabled accounts, rooms or shared mailboxes.",
  },
  agents: {
    ...TEAMS,
    who: "Agent",
    status: "Status",
    why: "Who it is",
    nobody: "8x8 names no agents.",
  },
  queues: {
    ...TEAMS,
    extension: true,
    remedy: false,
    why: "Queues and ring groups",
    nobody: "Nobody is logged in to a queue or ring group.",
  },
};

/** What was asked for: everything that decides which rows there are. */
export interface Choice {
  tab: MatchTab;
  search: string;
}

/** The question for some rows. */
export function query(choice: Choice, rows: Span): MatchQuery {
  const limit = Math.min(MOST_ROWS, rows.end - rows.start);
  return { tab: choice.tab, search: choice.search, offset: rows.start, limit };
}

const SIDES: ReadonlySet<MatchTab> = new Set<MatchTab>(["matched", "onlyTeams", "onlyEight", "duplicates"]);

/** The parts that the bar compares: those left out are on neither side, and agents and queues are another matter. */
export function compared(tabs: readonly MatchTabCount[]): MatchTabCount[] {
  return tabs.filter(({ tab }) => SIDES.has(tab));
}

/** How many are in a part: "31 people", "1 agent". */
export function howMany(tab: MatchTab, number: number): string {
  if (tab !== "agents") return people(number);
  return number === 1 ? "1 agent" : `${count(number)} agents`;
}

/** What saying who an agent is sends: a person's id, empty for nobody; none takes back what was said. */
export function mapping(agent: string, person: string | null): Record<string, string> {
  return person === null ? { agent } : { agent, person };
}

/** The bar in words: "1,203 matched, 31 only in Teams, 9 only in 8x8, 14 duplicates". */
export function proportions(tabs: readonly MatchTabCount[]): string {
  const words = (label: string) => label.charAt(0).toLowerCase() + label.slice(1);
  return compared(tabs).map((part) => `${count(part.count)} ${words(part.label)}`).join(", ");
}

/** A row read aloud, with everything that is in it. */
export function sentence(row: MatchRow): string {
  const who = [named(row), row.department, row.address, row.extension === "" ? "" : `extension ${row.extension}`];
  const parts = [who.filter((part) => part !== "").join(", "), row.why, row.remedy];
  return parts.filter((part) => part !== "").map(ended).join(" ");
}

/** The name, or that there is none. */
export function named(row: MatchRow): string {
  return row.name === "" ? "(no name)" : row.name;
}

function ended(words: string): string {
  return /[.!?]$/.test(words) ? words : `${words}.`;
}

/** The end of a path, by which a file is found again: "…/Downloads/presence-sync-matches.csv". */
export function pathEnd(path: string): string {
  const parts = path.split(/[/\\]/);
  if (parts.length <= 3) return path;
  const separator = path.includes("\\") ? "\\" : "/";
  return ["…", ...parts.slice(-2)].join(separator);
}

/** What a row is known by from answer to answer; an agent stays the same whoever it is said to be. */
export function keyOf(row: MatchRow): string {
  if (row.agent !== null) return `agent\n${row.agent}`;
  return [row.address, row.name, row.extension].join("\n");
}

/** The chosen row: where it was last seen, and who is in it; nobody before an answer has told. */
export interface Chosen {
  row: number;
  key: string | null;
}

/**
 * The chosen row in a new answer. Whoever is in it stays chosen wherever they went, and is dropped when they are seen to
 * be gone, so that nothing is ever done to somebody else. Of several who look the same it is the nearest.
 */
export function followed(chosen: Chosen, listed: number, offset: number, rows: readonly MatchRow[]): Chosen | null {
  if (listed === 0) return null;
  const within = (row: number) => row >= offset && row < offset + rows.length;
  if (chosen.key === null) {
    const row = Math.min(chosen.row, listed - 1);
    const found = within(row) ? rows[row - offset] : undefined;
    return { row, key: found === undefined ? null : keyOf(found) };
  }
  const places = rows.flatMap((row, at) => (keyOf(row) === chosen.key ? [offset + at] : []));
  const [nearest] = places.sort((one, other) => Math.abs(one - chosen.row) - Math.abs(other - chosen.row));
  if (nearest !== undefined) return { row: nearest, key: chosen.key };
  // Not among these rows: gone if it should be, unknown if it is elsewhere.
  return within(chosen.row) || chosen.row >= listed ? null : chosen;
}

/** The part that an arrow key leads to from another; none for other keys. */
export function neighbour(key: string, at: number, length: number, mirrored: boolean): number | null {
  const by = { ArrowRight: mirrored ? -1 : 1, ArrowLeft: mirrored ? 1 : -1 }[key];
  if (by !== undefined) return (at + by + length) % length;
  if (key === "Home") return 0;
  return key === "End" ? length - 1 : null;
}

/** The id in the document of a row that is drawn. */
export function rowId(row: number): string {
  return `match-${row}`;
}
