/** What the user chose to see: everything that decides which rows there are. */

import type { Look } from "../bindings/Look";
import type { Query } from "../bindings/Query";
import type { State } from "../bindings/State";
import { count, either, people, STATES } from "../words";
import type { Span } from "./layout";

/** Most rows an answer holds. */
export const MOST_ROWS = 500;

/** Search, filters, and the keys of the groups that are folded. */
export interface Choice {
  search: string;
  states: readonly State[];
  folded: readonly string[];
}

/** Everybody. */
export const EVERYBODY: Choice = { search: "", states: [], folded: [] };

/** How the list is put together: that much of how the window looks. */
export type View = Pick<Look, "group" | "sort" | "hideOffline">;

/** The same list with one item put in, or taken out if it was in. */
export function toggled<T>(list: readonly T[], item: T): T[] {
  return list.includes(item) ? list.filter((other) => other !== item) : [...list, item];
}

/** Tells one list from another: answers about the same list can be put together. */
export function about(choice: Choice, { group, sort, hideOffline }: View): string {
  return JSON.stringify([choice, group, sort, hideOffline]);
}

/** The question for some rows, of which the page has those with these marks. */
export function query(choice: Choice, view: View, rows: Span, chosen: string | null, known: readonly number[]): Query {
  return {
    search: choice.search,
    states: [...choice.states],
    group: view.group,
    sort: view.sort,
    hideOffline: view.hideOffline,
    collapsed: [...choice.folded],
    offset: rows.start,
    limit: Math.min(MOST_ROWS, rows.end - rows.start),
    chosen,
    known: [...known],
  };
}

/** What to say when nobody fits. */
export interface Nobody {
  title: string;
  text: string;
  /** What leaves nobody, and can be given up. */
  because: "states" | "search" | "hidden";
}

/** What to say when nobody fits: what was searched, and in what. `fitting` is how many fit the search alone. */
export function nobody(choice: Choice, fitting: number, everybody: number): Nobody {
  const states = STATES.filter(({ state }) => choice.states.includes(state)).map(({ label }) => label);
  const wanted = either(states);
  const words = choice.search.trim();
  if (fitting > 0 && states.length > 0) {
    const whom = words === "" ? "in other states" : `matching “${words}” in other states`;
    return {
      title: `No one under ${wanted}`,
      text: `There ${fitting === 1 ? "is" : "are"} ${people(fitting)} ${whom}.`,
      because: "states",
    };
  }
  if (words === "" && states.length === 0) {
    return {
      title: "Everybody is offline",
      text: `There ${fitting === 1 ? "is" : "are"} ${people(fitting)}, and offline people are hidden.`,
      because: "hidden",
    };
  }
  return {
    title: `No one matches “${words}”`,
    text: `Searched the names, departments, titles, extensions and addresses of ${count(everybody)} ${everybody === 1 ? "person" : "people"}.`,
    because: "search",
  };
}
