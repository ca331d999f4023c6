/** What the user chose to see: everything that decides which rows there are. */

import type { Group } from "../bindings/Group";
import type { Query } from "../bindings/Query";
import type { Sort } from "../bindings/Sort";
import type { State } from "../bindings/State";
import { count, either, people, STATES } from "../words";
import type { Span } from "./layout";

/** Most rows an answer holds. */
export const MOST_ROWS = 500;

/** Search, filters and view. */
export interface Choice {
  search: string;
  states: readonly State[];
  group: Group;
  sort: Sort;
  folded: readonly string[];
}

/** Everybody, by department, who is free first. */
export const EVERYBODY: Choice = { search: "", states: [], group: "department", sort: "state", folded: [] };

/** The same list with one item put in, or taken out if it was in. */
export function toggled<T>(list: readonly T[], item: T): T[] {
  return list.includes(item) ? list.filter((other) => other !== item) : [...list, item];
}

/** The question for some rows. */
export function query(choice: Choice, rows: Span, chosen: string | null): Query {
  return {
    search: choice.search,
    states: [...choice.states],
    group: choice.group,
    sort: choice.sort,
    collapsed: [...choice.folded],
    offset: rows.start,
    limit: Math.min(MOST_ROWS, rows.end - rows.start),
    chosen,
  };
}

/** What to say when nobody fits. */
export interface Nobody {
  title: string;
  text: string;
  /** Whether it is the filters, rather than the search, that leave nobody. */
  filtered: boolean;
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
      filtered: true,
    };
  }
  return {
    title: `No one matches “${words}”`,
    text: `Searched the names, departments, titles, extensions and addresses of ${count(everybody)} ${everybody === 1 ? "person" : "people"}.`,
    filtered: false,
  };
}
