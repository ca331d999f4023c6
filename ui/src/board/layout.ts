/**
 * Where everything in the list is.
 *
 * Rows are counted without headings, as the answers count them; a folded group has a heading and no rows. All places
 * are in CSS pixels from the top of the list, and nothing here grows with the number of rows.
 */

import type { Heading } from "../bindings/Heading";

/** Heights. */
export interface Sizes {
  row: number;
  heading: number;
}

/** A group's place. */
export interface Section {
  heading: Heading;
  /** Place among the groups. */
  at: number;
  top: number;
  height: number;
  /** Height of its heading; nought when rows are not grouped. */
  head: number;
  /** Its first row. */
  first: number;
  /** Its rows. */
  rows: number;
}

/** The whole list. */
export interface Layout {
  sections: readonly Section[];
  height: number;
  rows: number;
  row: number;
}

/** Rows from `start` up to, but not including, `end`. */
export interface Span {
  start: number;
  end: number;
}

/** Lays the groups out, with a heading each unless rows are not grouped. */
export function layout(groups: readonly Heading[], grouped: boolean, sizes: Sizes): Layout {
  const head = grouped ? sizes.heading : 0;
  const sections: Section[] = [];
  let top = 0;
  let first = 0;
  groups.forEach((heading, at) => {
    const rows = heading.collapsed ? 0 : heading.total;
    const height = head + rows * sizes.row;
    sections.push({ heading, at, top, height, head, first, rows });
    top += height;
    first += rows;
  });
  return { sections, height: top, rows: first, row: sizes.row };
}

/** Lays out rows without groups. */
export function flat(rows: number, row: number): Layout {
  return layout([{ name: "", total: rows, free: 0, collapsed: false }], false, { row, heading: 0 });
}

/** The groups that touch a stretch of the list. */
export function sectionsIn(list: Layout, top: number, bottom: number): readonly Section[] {
  const start = lastWhere(list.sections, (section) => section.top <= top);
  let end = start;
  while (end < list.sections.length && (list.sections[end]?.top ?? 0) < bottom) end += 1;
  return list.sections.slice(start, end);
}

/** The rows of one group that touch a stretch of the list. */
export function rowsIn(list: Layout, section: Section, top: number, bottom: number): Span {
  const from = section.top + section.head;
  const start = Math.floor((top - from) / list.row);
  const end = Math.ceil((bottom - from) / list.row);
  const within = (row: number) => section.first + Math.min(section.rows, Math.max(0, row));
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

/** Place of a row. */
export function topOf(list: Layout, row: number): number {
  const section = sectionOf(list, row);
  if (section === undefined) return 0;
  return section.top + section.head + (row - section.first) * list.row;
}

/**
 * Where to scroll so that a row is in sight, no farther than needed. The heading of its group stays on top of the
 * rows, so it takes away from the view.
 */
export function revealed(list: Layout, row: number, scroll: number, view: number): number {
  const section = sectionOf(list, row);
  if (section === undefined) return scroll;
  const top = topOf(list, row);
  // The first row brings its heading along.
  const upper = row === section.first ? section.top : top - section.head;
  if (upper < scroll) return upper;
  const lower = top + list.row - view;
  return lower > scroll ? Math.min(lower, upper) : scroll;
}

/** Place of a row among all rows of the grid, headings included, from 1. */
export function ordinal(section: Section, row: number): number {
  return section.head === 0 ? row + 1 : row + section.at + 2;
}

/** The rows to ask for: what is in sight and a margin on both sides, in steps so that small scrolls ask for nothing. */
export function wanted(sight: Span, rows: number, most: number): Span {
  const seen = sight.end - sight.start;
  const margin = Math.max(0, Math.min(60, Math.floor((most - seen) / 2) - STEP));
  const start = Math.max(0, Math.floor((sight.start - margin) / STEP) * STEP);
  const end = Math.min(rows, Math.ceil((sight.end + margin) / STEP) * STEP, start + most);
  return { start, end: Math.max(start, end) };
}

const STEP = 20;

/** Whether an answer holds all rows in sight and some beyond, so that nothing need be asked yet. */
export function covers(offset: number, length: number, sight: Span, rows: number): boolean {
  const start = Math.max(0, sight.start - STEP / 2);
  const end = Math.min(rows, sight.end + STEP / 2);
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
