import type { Health } from "../bindings/Health";
import type { Problem } from "../bindings/Problem";
import * as ipc from "../ipc";
import { latest } from "../latest";

/** The last answer about the sources. */
class HealthPage {
  answer = $state.raw<Health | null>(null);
  /** When it came. */
  answered = $state.raw(0);
  problem = $state.raw<Problem | null>(null);

  /** Asks again. */
  readonly refresh = latest(async () => {
    try {
      this.answer = await ipc.health();
      this.answered = performance.now();
      this.problem = null;
    } catch (reason) {
      this.problem = ipc.problemOf(reason);
    }
  });

  /** Forgets the answer. */
  forget(): void {
    this.answer = null;
    this.problem = null;
  }
}

/** The one health page of the window. */
export const health = new HealthPage();
