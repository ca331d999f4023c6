/**
 * Where everything in the list is.
 *
 * People are counted as rows, without headings, as the answers count them; a folded group has a heading and no rows.
 * Rows stand one a line, or as cards several in a line. All places are in CSS pixels from the top of the list, and
 * nothing here grows with the number of rows.
 */

import type { Heading } from "../bindings/Heading";
import { moved, type Step } from "../keys";

/** Heights, and how many stand side by side. */
export interface Sizes {
  /** A line of rows or cards, with the space around it. */
  row: number;
  heading: number;
  columns: number;
}

/** A group's place. */
export interface Section {
  heading: Heading;
  /** Place among the groups. */
  at: number;
  top: number;
  height: number;
  /** Height of its heading; nought when it has none. */
  head: number;
  /** Its first row. */
  first: number;
  /** Its rows. */
  rows: number;
  /** Its first line. */
  line: number;
  /** Its lines. */
  lines: number;
}

/** The whole list. */
export interface Layout {
  sections: readonly Section[];
  height: number;
  rows: number;
  lines: number;
  /** Height of a line. */
  row: number;
  columns: number;
}

/** Rows from `start` up to, but not including, `end`. */
export interface Span {
  start: number;
  end: number;
}

/** Lays the groups out, with a heading each; one list of everybody needs none. */
export function layout(groups: readonly Heading[], { row, heading, columns }: Sizes): Layout {
  const head = groups.length === 1 && groups[0]?.kind === "all" ? 0 : heading;
  const sections: Section[] = [];
  let [top, first, line] = [0, 0, 0];
  groups.forEach((group, at) => {
    const rows = group.collapsed ? 0 : group.total;
    const lines = Math.ceil(rows / columns);
    const height = head + lines * row;
    sections.push({ heading: group, at, top, height, head, first, rows, line, lines });
    top += height;
    first += rows;
    line += lines;
  });
  return { sections, height: top, rows: first, lines: line, row, columns };
}

/** Lays out rows without groups. */
export function flat(rows: number, row: number): Layout {
  const all: Heading = { kind: "all", key: "", name: "", total: rows, free: 0, collapsed: false, watched: false };
  return layout([all], { row, heading: 0, columns: 1 });
}

/** How many cards of at least some width stand side by side, with a gap between them and edges on both sides. */
export function across(width: number, least: number, gap: number, edges: number): number {
  return Math.max(1, Math.floor((width - edges + gap) / (least + gap)));
}

/** The groups that touch a stretch of the list. */
export function sectionsIn(list: Layout, top: number, bottom: number): readonly Section[] {
  const start = lastWhere(list.sections, (section) => section.top <= top);
  let end = start;
  while (end < list.sections.length && (list.sections[end]?.top ?? 0) < bottom) end += 1;
  return list.sections.slice(start, end);
}

/** The rows of one group that touch a stretch of the list: whole lines of them. */
export function rowsIn(list: Layout, section: Section, top: number, bottom: number): Span {
  const from = section.top + section.head;
  const start = Math.floor((top - from) / list.row);
  const end = Math.ceil((bottom - from) / list.row);
  const within = (line: number) => section.first + Math.min(section.rows, Math.max(0, line) * list.columns);
  return { start: within(start), end: within(end) };
}

/** The rows of the whole list that touch a stretch of it. */
export function rowsBetween(list: Layout, top: number, bottom: number): Span {
  const sections = sectionsIn(list, top, bottom);
  const [head, tail] = [sections[0], sections.at(-1)];
  if (head === undefined || tail === undefined) return { start: 0, end: 0 };
  return { start: rowsIn(list, head, top, bottom).start, end: rowsIn(list, tail, top, bottom).end };
}

/** The group that a row is in. */
export function sectionOf(list: Layout, row: number): Section | undefined {
  if (row < 0 || row >= list.rows) return undefined;
  // Folded groups share their first row with the group after them, which comes later and therefore wins.
  return list.sections[lastWhere(list.sections, (section) => section.first <= row)];
}

/** Place of a row within its group, below the heading. */
export function topIn(list: Layout, section: Section, row: number): number {
  return section.head + Math.floor((row - section.first) / list.columns) * list.row;
}

/** Place of a row. */
export function topOf(list: Layout, row: number): number {
  const section = sectionOf(list, row);
  return section === undefined ? 0 : section.top + topIn(list, section, row);
}

/**
 * Where to scroll so that a row is in sight, no farther than needed. The heading of its group stays on top of the
 * rows, so it takes away from the view.
 */
export function revealed(list: Layout, row: number, scroll: number, view: number): number {
  const section = sectionOf(list, row);
  if (section === undefined) return scroll;
  const top = topOf(list, row);
  // The first line brings its heading along.
  const upper = row < section.first + list.columns ? section.top : top - section.head;
  if (upper < scroll) return upper;
  const lower = top + list.row - view;
  return lower > scroll ? Math.min(lower, upper) : scroll;
}

/** A list, and where in it somebody is whom the eye follows. */
export interface Anchor {
  list: Layout;
  row: number | null;
}

/**
 * Where to scroll after the list has changed by itself, so that a row that was in sight stays at the same place on the
 * screen. Who was pinned meanwhile, or no longer is, went there because somebody wished so: the list stays.
 */
export function anchored(before: Anchor, after: Anchor, scroll: number, view: number): number {
  if (before.row === null || after.row === null) return scroll;
  const [from, to] = [sectionOf(before.list, before.row), sectionOf(after.list, after.row)];
  if (from === undefined || to === undefined) return scroll;
  if ((from.heading.kind === "pinned") !== (to.heading.kind === "pinned")) return scroll;
  const top = topOf(before.list, before.row);
  if (top + before.list.row <= scroll || top >= scroll + view) return scroll;
  return Math.max(0, scroll + topOf(after.list, after.row) - top);
}

/** Where to scroll after the group on top was folded: to its heading, which stays where it was clicked. */
export function refolded(before: Layout, after: Layout, scroll: number): number {
  const section = before.sections[lastWhere(before.sections, ({ top }) => top <= scroll)];
  const same = after.sections.find(({ heading }) => heading.key === section?.heading.key);
  if (section === undefined || same === undefined) return scroll;
  return same.heading.collapsed && !section.heading.collapsed ? same.top : scroll;
}

/** Where the choice goes in the list, of which `page` lines fit on the screen; among cards it keeps its column. */
export function stepped(list: Layout, from: number | null, step: Step, page: number): number | null {
  const section = from === null ? undefined : sectionOf(list, from);
  if (list.columns === 1 || from === null || section === undefined) return moved(from, step, list.rows, page);
  if (step === "first" || step === "last") return moved(from, step, list.rows, page);
  const line = section.line + Math.floor((from - section.first) / list.columns);
  const to = moved(line, step, list.lines, page);
  if (to === null || to === line) return from;
  const there = list.sections[lastWhere(list.sections, (other) => other.line <= to)] ?? section;
  const row = there.first + (to - there.line) * list.columns + ((from - section.first) % list.columns);
  return Math.min(row, there.first + there.rows - 1);
}

/** Place of a row's line among all lines of the grid, headings included, from 1. */
export function ordinal(list: Layout, section: Section, row: number): number {
  const line = section.line + Math.floor((row - section.first) / list.columns);
  return section.head === 0 ? line + 1 : line + section.at + 2;
}

/** Rows asked for beyond each edge of what is in sight. */
const MARGIN = 20;

/** Rows asked for at the least: a short list may have got longer. */
const LEAST = 40;

/** The rows to ask for: what is in sight and a margin on both sides, where a list has about so many rows. */
export function wanted(sight: Span, rows: number, most: number): Span {
  const seen = sight.end - sight.start;
  const margin = Math.max(0, Math.min(MARGIN, Math.floor((most - seen) / 2)));
  const start = Math.max(0, sight.start - margin);
  const end = Math.min(Math.max(rows, start), sight.end + margin);
  return { start, end: Math.min(Math.max(end, start + LEAST), start + most) };
}

/** Whether an answer holds all rows in sight and some beyond, so that nothing need be asked yet. */
export function covers(offset: number, length: number, sight: Span, rows: number): boolean {
  const start = Math.max(0, sight.start - MARGIN / 2);
  const end = Math.min(rows, sight.end + MARGIN / 2);
  return offset <= start && offset + length >= end;
}

/** The last place where something holds that holds from the start up to some place; 0 when it never holds. */
function lastWhere<T>(items: readonly T[], holds: (item: T) => boolean): number {
  let [low, high] = [0, items.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const item = items[middle];
    if (item !== undefined && holds(item)) low = middle;
    else high = middle - 1;
  }
  return low;
}
