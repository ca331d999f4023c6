import { Act, Moment } from "../act.svelte";
import { announcer } from "../announcer.svelte";
import type { Detail } from "../bindings/Detail";
import type { Problem } from "../bindings/Problem";
import type { State } from "../bindings/State";
import type { Window } from "../bindings/Window";
import * as ipc from "../ipc";
import { moved, type Step } from "../keys";
import { latest } from "../latest";
import { EVERYBODY, MOST_ROWS, query, toggled, type Choice } from "./choice";
import { covers, wanted, type Span } from "./layout";
import { changed } from "./sentence";

/** The board: the last answers and what the user chose, nothing else. */
class Board {
  choice = $state.raw<Choice>(EVERYBODY);
  /** The chosen person's id. */
  chosen = $state.raw<string | null>(null);
  /** Whether the detail of the chosen person is open. */
  open = $state.raw(false);

  window = $state.raw<Window | null>(null);
  /** Whether its rows have headings. */
  grouped = $state.raw(true);
  /** When the window came. */
  answered = $state.raw(0);
  problem = $state.raw<Problem | null>(null);

  detail = $state.raw<Detail | null>(null);
  /** When the detail came. */
  told = $state.raw(0);

  /** A row to bring in sight: a new object each time it is asked for. */
  reveal = $state.raw<{ row: number } | null>(null);

  /** What was last done to a person. */
  readonly doing = new Act();
  readonly copied = new Moment();

  /** How far the list is scrolled, kept while another page is shown. */
  scroll = 0;

  #sight: Span = { start: 0, end: 20 };
  /** The rows last asked for. */
  #asked: Span = { start: 0, end: 0 };
  /** Counts how often everything was forgotten, so that an answer to a question from before is not taken. */
  #lives = 0;
  /** A row to choose as soon as an answer tells who is in it, and what to do then. */
  #pending: { row: number; then: ((id: string) => void) | null } | null = null;
  /** Whose place the last answer tells. */
  #placed: string | null = null;

  /** Asks for the rows in sight. */
  readonly refresh = latest(async () => {
    const rows = this.window === null ? { start: 0, end: 100 } : wanted(this.#sight, this.window.listed, MOST_ROWS);
    this.#asked = rows;
    // A short list may have got longer since: always ask for some.
    const asked = { start: rows.start, end: Math.max(rows.end, rows.start + 100) };
    const { choice, chosen } = this;
    const pending = this.#pending;
    const lives = this.#lives;
    try {
      const window = await ipc.board(query(choice, asked, chosen));
      if (lives !== this.#lives) return;
      this.#placed = chosen;
      this.window = window;
      this.grouped = choice.group !== "none";
      this.answered = performance.now();
      this.problem = null;
      if (pending !== null && pending === this.#pending) this.#resolve(window);
      this.look(this.#sight);
    } catch (reason) {
      this.problem = ipc.problemOf(reason);
    }
  });

  /** Asks about the chosen person, also while the detail is closed, so that changes can be told. */
  readonly refreshDetail = latest(async () => {
    const id = this.chosen;
    if (id === null) {
      this.detail = null;
      return;
    }
    try {
      const detail = await ipc.detail(id);
      if (this.chosen !== id) return;
      if (detail === null) {
        this.choose(null);
        this.open = false;
        return;
      }
      const before = this.detail?.line;
      const now = detail.line;
      this.detail = detail;
      this.told = performance.now();
      const same = before === undefined || (before.label === now.label && before.detail === now.detail);
      if (before?.id === now.id && !same) announcer.say(changed(now));
    } catch (reason) {
      this.doing.problem = ipc.problemOf(reason);
    }
  });

  /** The chosen person's row; none when nobody is chosen or the person is not listed. */
  get row(): number | null {
    const { window, chosen } = this;
    if (window === null || chosen === null) return null;
    const at = window.rows.findIndex((line) => line.id === chosen);
    if (at >= 0) return window.offset + at;
    return this.#placed === chosen ? window.chosen : null;
  }

  /** Tells which rows are in sight. */
  look(sight: Span): void {
    this.#sight = sight;
    const { window } = this;
    if (window === null || covers(window.offset, window.rows.length, sight, window.listed)) return;
    const rows = wanted(sight, window.listed, MOST_ROWS);
    // The same rows are not asked for twice, whatever the answer was.
    if (rows.start !== this.#asked.start || rows.end !== this.#asked.end) this.refresh();
  }

  /** Chooses a person. */
  choose(id: string | null): void {
    this.#pending = null;
    if (id === this.chosen) return;
    this.chosen = id;
    this.doing.problem = null;
    this.copied.shown = false;
    this.refreshDetail();
  }

  /**
   * Does something to the chosen person: after the answer if one is being waited for, so that typing a name and acting
   * at once never meets the person chosen before; not at all if the person is nowhere to be seen.
   */
  withChosen(then: (id: string) => void): void {
    if (this.#pending !== null) this.#pending.then = then;
    else if (this.chosen !== null && (this.open || this.row !== null)) then(this.chosen);
  }

  /** Moves the choice, where `page` rows fit on the screen. */
  step(step: Step, page: number): void {
    const listed = this.window?.listed ?? 0;
    const row = moved(this.#pending?.row ?? this.row, step, listed, page);
    if (row !== null) this.#chooseRow(row);
  }

  /** Searches; the first who fits is chosen. */
  search(search: string): void {
    this.#change({ search }, true, search === "" ? null : 0);
  }

  /** Shows only a state as well, or no longer. */
  toggle(state: State): void {
    this.#change({ states: toggled(this.choice.states, state) }, true);
  }

  /** Shows every state. */
  showAll(): void {
    this.#change({ states: [] }, true);
  }

  /** Folds a group, or opens it. */
  fold(group: string): void {
    this.#change({ folded: toggled(this.choice.folded, group) }, false);
  }

  /** Groups or sorts otherwise. */
  arrange(view: Partial<Pick<Choice, "group" | "sort">>): void {
    this.#change(view, true);
  }

  /** Clears the search, else the filters, else closes the detail; tells whether there was anything to do. */
  clear(): boolean {
    if (this.choice.search !== "") this.search("");
    else if (this.choice.states.length > 0) this.showAll();
    else if (this.open) this.open = false;
    else return false;
    return true;
  }

  /** Forgets all answers and choices. */
  forget(): void {
    this.#lives += 1;
    this.choice = EVERYBODY;
    this.#pending = null;
    this.choose(null);
    this.open = false;
    this.window = null;
    this.detail = null;
    this.problem = null;
    this.scroll = 0;
    this.#sight = { start: 0, end: 20 };
  }

  /** Opens the detail of the chosen person, or closes it. */
  toggleDetail(): void {
    if (this.open) this.open = false;
    else this.withChosen(() => (this.open = true));
  }

  /** Calls a person from this computer's phone program. */
  call = (id: string): void => {
    void this.doing.run(() => ipc.call(id));
  };

  /** Copies a person's extension. */
  copy = async (id: string): Promise<void> => {
    if (await this.doing.run(() => ipc.copyExtension(id))) this.copied.show();
  };

  /** Changes what is seen, from the top if so wished, and chooses a row of it if one is named. */
  #change(change: Partial<Choice>, top: boolean, row: number | null = null): void {
    this.choice = { ...this.choice, ...change };
    this.#pending = row === null ? null : { row, then: null };
    if (top) {
      this.#sight = { start: 0, end: this.#sight.end - this.#sight.start };
      this.reveal = { row: 0 };
    }
    this.refresh();
  }

  #chooseRow(row: number): void {
    this.reveal = { row };
    const line = this.window?.rows[row - this.window.offset];
    if (line !== undefined && row >= (this.window?.offset ?? 0)) {
      this.choose(line.id);
      return;
    }
    const seen = this.#sight.end - this.#sight.start;
    this.#sight = { start: row, end: row + seen };
    this.#pending = { row, then: null };
    this.refresh();
  }

  #resolve(window: Window): void {
    const pending = this.#pending;
    if (pending === null) return;
    if (window.listed === 0) {
      this.choose(null);
      return;
    }
    const line = window.rows[Math.min(pending.row, window.listed - 1) - window.offset];
    if (line === undefined) {
      if (pending.row >= window.listed) this.#chooseRow(window.listed - 1);
      return;
    }
    this.choose(line.id);
    pending.then?.(line.id);
  }
}

/** The one board of the window. */
export const board = new Board();
