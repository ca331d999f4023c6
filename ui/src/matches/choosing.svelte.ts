import type { Line } from "../bindings/Line";
import type { Problem } from "../bindings/Problem";
import type { Query } from "../bindings/Query";
import * as ipc from "../ipc";
import { moved, type Step } from "../keys";
import { latest } from "../latest";

/** Most people that are offered at once. */
export const MOST_PEOPLE = 20;

/** The question for people by words. */
export function peopleQuery(search: string): Query {
  return {
    search,
    states: [],
    group: "none",
    sort: "name",
    hideOffline: false,
    collapsed: [],
    offset: 0,
    limit: MOST_PEOPLE,
    chosen: null,
    known: [],
  };
}

/** The people who are offered while somebody is looked for, and which of them is chosen. */
export class Choosing {
  words = $state.raw("");
  people = $state.raw<readonly Line[]>([]);
  /** How many fit, those that are not offered included; none before the first answer. */
  found = $state.raw<number | null>(null);
  problem = $state.raw<Problem | null>(null);
  /** Who is chosen, by place. */
  at = $state.raw(0);
  /** The words that the people were found by. */
  #answered = $state.raw<string | null>(null);

  /** Asks for those who fit the words. */
  readonly refresh = latest(async () => {
    const { words } = this;
    try {
      const { rows, found } = await ipc.board(peopleQuery(words));
      // After those found come others whom the board suggests.
      this.people = rows.slice(0, Math.min(found, MOST_PEOPLE)).filter((row) => row !== null);
      this.found = found;
      this.problem = null;
      this.at = 0;
      this.#answered = words;
    } catch (reason) {
      this.problem = ipc.problemOf(reason);
    }
  });

  /** Who is chosen; nobody while those who fit what was typed last are not known, so that it is never somebody else. */
  get person(): Line | null {
    return this.#answered === this.words ? (this.people[this.at] ?? null) : null;
  }

  /** Looks for other words. */
  search(words: string): void {
    this.words = words;
    this.refresh();
  }

  /** Moves the choice. */
  step(step: Step): void {
    this.at = moved(this.at, step, this.people.length, 8) ?? 0;
  }

  /** Chooses a place, and tells who is there. */
  choose(at: number): Line | null {
    this.at = at;
    return this.person;
  }
}
