import { announcer } from "../announcer.svelte";
import type { Detail } from "../bindings/Detail";
import type { Line } from "../bindings/Line";
import type { Problem } from "../bindings/Problem";
import type { State } from "../bindings/State";
import * as ipc from "../ipc";
import { moved, type Step } from "../keys";
import { latest } from "../latest";
import { appearance } from "../look.svelte";
import { acts } from "./acts.svelte";
import { about, EVERYBODY, MOST_ROWS, query, toggled, type Choice, type View } from "./choice";
import { covers, stepped, wanted, type Layout, type Span } from "./layout";
import { marks, merged, rowAt, stirred, type Held } from "./rows";
import { changed } from "./sentence";

/** Rows asked for before it is known what is in sight. */
const FIRST: Span = { start: 0, end: 20 };

/** So many milliseconds between two clocks mean that the computer slept. */
const SLEPT = 5_000;

/** The board: the last answers and what the user chose, nothing else. */
class Board {
  choice = $state.raw<Choice>(EVERYBODY);
  /** The chosen person's id. */
  chosen = $state.raw<string | null>(null);
  /** Whether the detail of the chosen person is open. */
  open = $state.raw(false);

  window = $state.raw<Held | null>(null);
  /** The list that the window is of. */
  about = $state.raw("");
  /** When the window came. */
  answered = $state.raw(0);
  problem = $state.raw<Problem | null>(null);

  detail = $state.raw<Detail | null>(null);
  /** When the detail came. */
  told = $state.raw(0);

  /** A row to bring in sight: a new object each time it is asked for. */
  reveal = $state.raw<{ row: number } | null>(null);

  /** How far the list is scrolled, kept while another page is shown. */
  scroll = 0;

  #sight = FIRST;
  /** The rows last asked for. */
  #asked: Span = { start: 0, end: 0 };
  /** Counts how often everything was forgotten, so that an answer to a question from before is not taken. */
  #lives = 0;
  /** A row to choose as soon as an answer tells who is in it, and what to do then. */
  #pending: { row: number; then: ((line: Line) => void) | null } | null = null;
  /** Whose place the last answer tells. */
  #placed: string | null = null;
  /** Somebody to bring in sight as soon as an answer tells where. */
  #visited: string | null = null;
  /** What the clock that stands still while the computer sleeps was behind the other one. */
  #behind = 0;

  /** Asks for the rows in sight. */
  readonly refresh = latest(async () => {
    const { choice, chosen } = this;
    const view: View = appearance.now;
    const list = about(choice, view);
    // Rows of another list would be other people's; after a sleep it is not known how long rows have stood.
    const behind = Date.now() - performance.now();
    const held = list === this.about && Math.abs(behind - this.#behind) < SLEPT ? this.window : null;
    this.#behind = behind;
    const rows = (this.#asked = wanted(this.#sight, this.window?.listed ?? 0, MOST_ROWS));
    const pending = this.#pending;
    const lives = this.#lives;
    const before = this.answered;
    try {
      const answer = await ipc.board(query(choice, view, rows, chosen, marks(held, rows)));
      if (lives !== this.#lives) return;
      this.answered = performance.now();
      const window = merged(answer, held, (this.answered - before) / 1_000);
      this.#tell(stirred(held, window));
      this.#placed = chosen;
      this.window = window;
      this.about = list;
      this.problem = null;
      if (pending !== null && pending === this.#pending) this.#resolve(window);
      this.#arrive(window);
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
      acts.doing.problem = ipc.problemOf(reason);
    }
  });

  /** The chosen person's row; none when nobody is chosen or the person is not listed. */
  get row(): number | null {
    const { window, chosen } = this;
    if (window === null || chosen === null) return null;
    const at = window.rows.findIndex((line) => line?.id === chosen);
    if (at >= 0) return window.offset + at;
    return this.#placed === chosen ? window.chosen : null;
  }

  /** What is known of the chosen person. */
  get line(): Line | null {
    const { chosen, window, detail } = this;
    if (chosen === null) return null;
    const listed = window?.rows.find((line) => line?.id === chosen);
    return listed ?? (detail?.line.id === chosen ? detail.line : null);
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
    this.#pending = this.#visited = null;
    if (id === this.chosen) return;
    this.chosen = id;
    acts.forget();
    this.refreshDetail();
  }

  /** Opens the detail of somebody, whatever was searched for before, and brings the row in sight if there is one. */
  visit(id: string): void {
    this.choose(id);
    this.open = true;
    this.#visited = id;
    this.#change({ search: "", states: [] }, false);
  }

  /**
   * Does something to the chosen person: after the answer if one is being waited for, so that typing a name and acting
   * at once never meets the person chosen before; not at all if the person is nowhere to be seen.
   */
  withChosen(then: (line: Line) => void): void {
    if (this.#pending !== null) this.#pending.then = then;
    else if (this.line !== null && (this.open || this.row !== null)) then(this.line);
  }

  /** Moves the choice, where `page` lines fit on the screen; among cards it goes by how they are laid out. */
  step(step: Step, page: number, list: Layout | null = null): void {
    const from = this.#pending?.row ?? this.row;
    const cards = list !== null && list.columns > 1;
    this.#to(cards ? stepped(list, from, step, page) : moved(from, step, this.window?.listed ?? 0, page));
  }

  /** Moves the choice to the card beside. */
  beside(by: -1 | 1): void {
    this.#to(moved(this.#pending?.row ?? this.row, by < 0 ? "up" : "down", this.window?.listed ?? 0, 1));
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
  fold(key: string): void {
    this.#change({ folded: toggled(this.choice.folded, key) }, false);
  }

  /** Puts the list together otherwise. */
  arrange(view: Partial<View>): void {
    appearance.change(view);
    this.#change({}, true);
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
    this.choose(null);
    this.open = false;
    this.window = this.detail = this.problem = null;
    this.about = "";
    this.scroll = 0;
    this.#sight = FIRST;
  }

  /** Opens the detail of the chosen person, or closes it. */
  toggleDetail(): void {
    if (this.open) this.open = false;
    else this.withChosen(() => (this.open = true));
  }

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

  #to(row: number | null): void {
    if (row === null) return;
    this.reveal = { row };
    const line = rowAt(this.window, row);
    if (line !== undefined) {
      this.choose(line.id);
      return;
    }
    const seen = this.#sight.end - this.#sight.start;
    this.#sight = { start: row, end: row + seen };
    this.#pending = { row, then: null };
    this.refresh();
  }

  #resolve(window: Held): void {
    const pending = this.#pending;
    if (pending === null) return;
    if (window.listed === 0) {
      this.choose(null);
      return;
    }
    const line = rowAt(window, Math.min(pending.row, window.listed - 1));
    if (line === undefined) {
      if (pending.row >= window.listed) this.#to(window.listed - 1);
      return;
    }
    this.choose(line.id);
    pending.then?.(line);
  }

  /** Brings in sight who was visited; folded groups are opened if that is where they are. */
  #arrive(window: Held): void {
    if (this.#visited === null || this.#visited !== this.#placed) return;
    if (window.chosen === null && this.choice.folded.length > 0) {
      this.#change({ folded: [] }, false);
      return;
    }
    this.#visited = null;
    if (window.chosen !== null) this.reveal = { row: window.chosen };
  }

  /** Tells who of those waited for has come into another state; of the chosen person the detail tells. */
  #tell(lines: readonly Line[]): void {
    const others = lines.filter(({ id }) => id !== this.chosen);
    if (others.length > 0) announcer.say(others.map(changed).join(". "));
  }
}

/** The one board of the window. */
export const board = new Board();
