import { Act, Moment } from "../act.svelte";
import { announcer } from "../announcer.svelte";
import type { Matches } from "../bindings/Matches";
import type { MatchRow } from "../bindings/MatchRow";
import type { MatchTab } from "../bindings/MatchTab";
import type { Problem } from "../bindings/Problem";
import { covers, wanted, type Span } from "../board/layout";
import * as ipc from "../ipc";
import { moved, type Step } from "../keys";
import { latest } from "../latest";
import { live } from "../live.svelte";
import { followed, keyOf, mapping, MOST_ROWS, named, query, type Choice, type Chosen } from "./matches";

/** The report as it opens: on those about whom something can be done. */
const FIRST: Choice = { tab: "onlyTeams", search: "" };

/** Rows asked for at the least, for a short list may have got longer. */
const SOME = 100;

/** The match report: the last answer and what the user chose, nothing else. */
class Report {
  choice = $state.raw<Choice>(FIRST);
  answer = $state.raw<Matches | null>(null);
  /** What the answer answers. */
  answered = $state.raw<Choice>(FIRST);
  problem = $state.raw<Problem | null>(null);

  chosen = $state.raw<Chosen | null>(null);
  /** A row to bring in sight: a new object each time it is asked for. */
  reveal = $state.raw<{ row: number } | null>(null);

  /** What was last done to a row, and to which. */
  readonly doing = new Act();
  readonly copied = new Moment();
  copiedKey = $state.raw("");

  /** Saying who an agent is. */
  readonly mapping = new Act();
  /** The agent of whom something was said last. */
  mapped: string | null = null;
  /** The agent whose person is being looked for. */
  choosing = $state.raw<MatchRow | null>(null);

  readonly comparing = new Act();
  readonly compared = new Moment();
  readonly saving = new Act();
  /** Where the report was saved. */
  saved = $state.raw<string | null>(null);

  /** How far the list is scrolled, kept while another page is shown. */
  scroll = 0;

  #sight: Span = { start: 0, end: 20 };
  /** The rows last asked for. */
  #asked: Span = { start: 0, end: 0 };
  /** Where the choice was before whoever was chosen went. */
  #left: number | null = null;
  /** Counts how often everything was forgotten, so that an answer to a question from before is not taken. */
  #lives = 0;

  /** Asks for the rows in sight. */
  readonly refresh = latest(async () => {
    const { choice } = this;
    const lives = this.#lives;
    const known = this.answer !== null && this.#current;
    this.#asked = known ? wanted(this.#sight, this.answer?.listed ?? 0, MOST_ROWS) : this.#sight;
    const { start, end } = this.#asked;
    try {
      const answer = await ipc.matches(query(choice, { start, end: Math.max(end, start + SOME) }));
      if (lives !== this.#lives) return;
      this.answer = answer;
      this.answered = choice;
      this.problem = null;
      if (!this.#current) return;
      // A part can go: without a contact centre there are no agents.
      if (answer.tabs.length > 0 && !answer.tabs.some(({ tab }) => tab === choice.tab)) this.show(FIRST.tab);
      if (this.chosen !== null) this.#follow(this.chosen, answer);
      this.look(this.#sight);
    } catch (reason) {
      if (lives === this.#lives) this.problem = ipc.problemOf(reason);
    }
  });

  /** The chosen row, where it is known. */
  get row(): MatchRow | null {
    const { answer, chosen } = this;
    if (answer === null || chosen === null || chosen.key === null || !this.#current) return null;
    const row = answer.rows[chosen.row - answer.offset];
    return row !== undefined && keyOf(row) === chosen.key ? row : null;
  }

  /** Tells which rows are in sight. */
  look(sight: Span): void {
    this.#sight = sight;
    const { answer } = this;
    if (answer === null || !this.#current) return;
    if (covers(answer.offset, answer.rows.length, sight, answer.listed)) return;
    const rows = wanted(sight, answer.listed, MOST_ROWS);
    // The same rows are not asked for twice, whatever the answer was.
    if (rows.start !== this.#asked.start || rows.end !== this.#asked.end) this.refresh();
  }

  /** Shows another part. */
  show(tab: MatchTab): void {
    if (tab !== this.choice.tab) this.#change({ tab });
  }

  /** Searches; the first who fits is chosen. */
  search(search: string): void {
    if (search === this.choice.search) return;
    this.#change({ search });
    if (search.trim() !== "") this.chosen = { row: 0, key: null };
  }

  /** Chooses a row. */
  choose(row: number): void {
    const { answer } = this;
    // What is still drawn is no longer what was asked for: in a moment this row will be another's.
    if (answer === null || !this.#current) return;
    const found = row >= answer.offset ? answer.rows[row - answer.offset] : undefined;
    this.doing.problem = null;
    this.chosen = { row, key: found === undefined ? null : keyOf(found) };
    if (found !== undefined) return;
    const seen = this.#sight.end - this.#sight.start;
    this.#sight = { start: row, end: row + seen };
    this.refresh();
  }

  /** Moves the choice, where `page` rows fit on the screen. */
  step(step: Step, page: number): void {
    const listed = this.#current ? (this.answer?.listed ?? 0) : 0;
    const row = moved(this.chosen?.row ?? this.#left, step, listed, page);
    if (row === null) return;
    this.choose(row);
    this.reveal = { row };
  }

  /** Copies the address of a row. */
  copy = async (row: MatchRow): Promise<void> => {
    if (row.address === "" || this.doing.busy) return;
    if (!(await this.doing.run(() => ipc.copyText(row.address)))) return;
    this.copiedKey = keyOf(row);
    this.copied.show();
    announcer.say(`Copied ${row.address}.`);
  };

  /** Copies the address of the chosen row, if it is known who that is. */
  copyChosen(): void {
    if (this.row !== null) void this.copy(this.row);
  }

  /**
   * Says who an agent is: a person's id, empty for nobody, none to take it back. The agent moves to another place in the
   * list, so the choice is given up: it goes on from where the agent was, with whoever comes there.
   */
  map = async (row: MatchRow, person: string | null, words: string): Promise<boolean> => {
    const { agent } = row;
    if (agent === null || this.mapping.busy) return false;
    const at = this.#placeOf(row);
    this.mapped = agent;
    const request = { integration: "eightToTeams", act: "mapAgent", step: null, values: mapping(agent, person) } as const;
    const well = await this.mapping.run(() => ipc.setupDo(request));
    if (well) {
      announcer.say(`${named(row)}: ${words}.`);
      this.chosen = null;
      this.#left = at === null ? null : at - 1;
    }
    this.refresh();
    live.refresh();
    return well;
  };

  /** Reads both sides again. */
  compare = async (): Promise<void> => {
    if (this.comparing.busy) return;
    if (await this.comparing.run(ipc.syncNow)) {
      this.compared.show();
      announcer.say("Microsoft and 8x8 are asked again.");
    }
    this.refresh();
  };

  /** Saves the report for a spreadsheet. */
  save = async (): Promise<void> => {
    if (this.saving.busy) return;
    this.saved = null;
    await this.saving.run(async () => {
      this.saved = await ipc.exportMatches();
      announcer.say(`Saved to ${this.saved}`);
    });
  };

  /** Clears the search, else the choice; tells whether there was anything to do. */
  clear(): boolean {
    if (this.choice.search !== "") this.search("");
    else if (this.chosen !== null) this.chosen = null;
    else return false;
    return true;
  }

  /** Forgets all answers and choices. */
  forget(): void {
    this.#lives += 1;
    this.choice = this.answered = FIRST;
    this.answer = this.problem = this.chosen = this.saved = null;
    this.choosing = null;
    this.doing.problem = this.mapping.problem = this.comparing.problem = this.saving.problem = null;
    this.#top();
  }

  /** Whether the answer answers what is chosen now. */
  get #current(): boolean {
    return this.answered === this.choice;
  }

  #placeOf(row: MatchRow): number | null {
    const at = this.answer?.rows.findIndex((other) => keyOf(other) === keyOf(row)) ?? -1;
    return at < 0 ? null : at + (this.answer?.offset ?? 0);
  }

  #change(change: Partial<Choice>): void {
    this.choice = { ...this.choice, ...change };
    this.chosen = null;
    this.doing.problem = this.mapping.problem = null;
    this.#top();
    this.reveal = { row: 0 };
    this.refresh();
  }

  #top(): void {
    this.scroll = 0;
    this.#left = null;
    this.#sight = { start: 0, end: this.#sight.end - this.#sight.start };
  }

  #follow(chosen: Chosen, { listed, offset, rows }: Matches): void {
    this.chosen = followed(chosen, listed, offset, rows);
    this.#left = this.chosen === null ? chosen.row : null;
  }
}

/** The one match report of the window. */
export const report = new Report();
