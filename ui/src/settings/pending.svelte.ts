/** So long after it was sent the answer to a wish can be expected. */
const SOON = 1_000;

/** What was asked for last: shown until the answer to it can be expected, for an earlier one may still come in between. */
export class Pending<Value> {
  #held = $state.raw<{ value: Value } | null>(null);

  /** What is asked for, or else what was answered. */
  or(answered: Value): Value {
    return this.#held === null ? answered : this.#held.value;
  }

  /** Shows it while it is sent; `send` tells whether that went well. */
  async hold(value: Value, send: () => Promise<boolean>): Promise<void> {
    const mine = (this.#held = { value });
    const well = await send();
    setTimeout(() => (this.#held = this.#held === mine ? null : this.#held), well ? SOON : 0);
  }

  /** Forgets it. */
  forget(): void {
    this.#held = null;
  }
}
