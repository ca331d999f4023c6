/**
 * Putting answers together. Of a row that is still the same only the age is sent again, so the page says by its mark
 * which rows it has and keeps them.
 */

import type { Line } from "../bindings/Line";
import type { Window } from "../bindings/Window";
import type { Span } from "./layout";

/** An answer with all its rows. */
export type Held = Omit<Window, "rows" | "ages"> & {
  /** None is missing but by mistake: such a row is asked for again. */
  rows: readonly (Line | undefined)[];
};

/** The row at a place of the whole list, if it is among those held. */
export function rowAt(held: Held | null, row: number): Line | undefined {
  return held === null || row < held.offset ? undefined : held.rows[row - held.offset];
}

/** The marks of the rows held of those asked for, nought where there is none; nothing when there are none at all. */
export function marks(held: Held | null, { start, end }: Span): number[] {
  const known = Array.from({ length: end - start }, (_, at) => rowAt(held, start + at)?.mark ?? 0);
  return known.some((mark) => mark !== 0) ? known : [];
}

/** A new answer, with the rows that it leaves out as they are held: so many seconds older than when they came. */
export function merged({ rows, ages, ...rest }: Window, held: Held | null, seconds: number): Held {
  const all = rows.map((row, at) => {
    const mine = row ?? rowAt(held, rest.offset + at);
    if (row !== null || mine === undefined) return mine;
    const forSeconds = mine.forSeconds === null ? null : mine.forSeconds + Math.max(0, seconds);
    return { ...mine, forSeconds, ageSeconds: ages[at] ?? null };
  });
  return { ...rest, rows: all };
}

/** Who is waited for and has come into another state. */
export function stirred(before: Held | null, after: Held): Line[] {
  const watched = after.rows.filter((line) => line !== undefined && line.watched && !line.stale) as Line[];
  if (before === null || watched.length === 0) return [];
  const were = new Map(before.rows.map((line) => [line?.id, line?.label]));
  return watched.filter((line) => (were.get(line.id) ?? line.label) !== line.label);
}
