/** What tests begin with. */

import type { Heading } from "../bindings/Heading";
import type { Line } from "../bindings/Line";
import type { Look } from "../bindings/Look";
import type { Window } from "../bindings/Window";

/** Somebody who is free. */
export function person(id: string, more: Partial<Line> = {}): Line {
  return {
    id,
    name: id,
    title: "",
    extension: "4021",
    state: "available",
    label: "Available",
    detail: "",
    tags: [],
    outOfOffice: false,
    stale: false,
    forSeconds: 60,
    ageSeconds: 3,
    pinned: false,
    watched: false,
    highlights: [],
    mark: 1,
    ...more,
  };
}

/** A department with so many people. */
export function group(name: string, total: number, more: Partial<Heading> = {}): Heading {
  return { kind: "department", key: `d:${name}`, name, free: 0, total, collapsed: false, watched: false, ...more };
}

/** Everybody in one list. */
export function everybody(total: number): Heading {
  return group("", total, { kind: "all", key: "a:" });
}

/** An answer with some rows of one list. */
export function answer(rows: (Line | null)[], more: Partial<Window> = {}): Window {
  return {
    revision: 1,
    everybody: rows.length,
    counts: [rows.length, 0, 0, 0, 0, 0, 0],
    found: rows.length,
    listed: rows.length,
    groups: [everybody(rows.length)],
    offset: 0,
    rows,
    ages: rows.map((row) => row?.ageSeconds ?? null),
    chosen: null,
    allStale: false,
    ...more,
  };
}

/** As it looks when nobody has changed anything. */
export const LOOK: Look = {
  theme: "system",
  textSize: "standard",
  density: "comfortable",
  group: "department",
  sort: "state",
  show: "rows",
  hideOffline: false,
  docked: false,
  onTop: false,
};
