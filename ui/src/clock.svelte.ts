import { createSubscriber } from "svelte/reactivity";

/** Time that moves: whatever reads it is brought up to date every second while the window is seen, and no longer. */
class Clock {
  readonly #follow = createSubscriber((update) => {
    const timer = setInterval(() => {
      if (!document.hidden) update();
    }, 1_000);
    return () => clearInterval(timer);
  });

  /** Milliseconds, on the same scale as `performance.now()`. */
  get now(): number {
    this.#follow();
    return performance.now();
  }

  /** Time of day. */
  get date(): Date {
    this.#follow();
    return new Date();
  }
}

/** The one clock of the window. */
export const clock = new Clock();
