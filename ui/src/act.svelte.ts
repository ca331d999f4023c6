import type { Problem } from "./bindings/Problem";
import { problemOf } from "./ipc";

/** Something a button does: whether it is under way, and what went wrong the last time, to be shown beside it. */
export class Act {
  problem = $state.raw<Problem | null>(null);
  busy = $state(false);

  /** Runs it, and tells whether it went well. */
  async run(command: () => Promise<unknown>): Promise<boolean> {
    this.busy = true;
    this.problem = null;
    try {
      await command();
      return true;
    } catch (reason) {
      this.problem = problemOf(reason);
      return false;
    } finally {
      this.busy = false;
    }
  }
}

/** A word that takes the place of another for a moment: "Copied". */
export class Moment {
  shown = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;

  show(): void {
    this.shown = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.shown = false), 2_000);
  }
}
