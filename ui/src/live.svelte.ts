import { Act } from "./act.svelte";
import type { Problem } from "./bindings/Problem";
import type { Status } from "./bindings/Status";
import * as ipc from "./ipc";
import { latest } from "./latest";
import { writeAs } from "./time";

/** The state of the whole: the last answer, and which page is shown. */
class Live {
  status = $state.raw<Status | null>(null);
  /** When the answer came. */
  answered = $state.raw(0);
  /** Why there is no answer. */
  problem = $state.raw<Problem | null>(null);
  page = $state.raw<ipc.Page>("board");
  /** The part of the settings page that is shown. */
  section = $state.raw("general");

  /** The sign-in, whose problem outlives the screen it was started on. */
  readonly entry = new Act();

  /** Asks again. */
  readonly refresh = latest(async () => {
    try {
      const status = await ipc.status();
      writeAs(status.writing);
      this.status = status;
      this.answered = performance.now();
      this.problem = null;
    } catch (reason) {
      this.problem = ipc.problemOf(reason);
    }
  });

  /** Opens the browser to sign in. */
  signIn = async (): Promise<void> => {
    await this.entry.run(ipc.signIn);
    this.refresh();
  };

  /** Stops waiting for the browser. */
  cancelSignIn = async (): Promise<void> => {
    await this.entry.run(ipc.cancelSignIn);
    this.refresh();
  };

  /** Forgets what was chosen on the first run. */
  leave = async (): Promise<void> => {
    if (await this.entry.run(ipc.leave)) this.page = "board";
    this.refresh();
  };
}

/** The one state of the window. */
export const live = new Live();
