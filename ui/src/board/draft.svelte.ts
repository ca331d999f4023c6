import { latest } from "../latest";

/** So long after the last key a text is kept. */
export const REST = 600;

/**
 * A text that is kept while it is written: once the typing rests, and when the field is left. What is kept elsewhere
 * never comes in between: not while the field has the focus, nor before what was written is kept.
 */
export class Draft {
  /** What is in the field; none where that is what is kept. */
  #text = $state.raw<string | null>(null);
  #focused = false;
  /** Whether it differs from what was sent. */
  #dirty = false;
  /** Whether it was sent, and not yet heard of again. */
  #sent = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #save;

  /** `keep` tells whether that went well. */
  constructor(keep: (text: string) => Promise<boolean>) {
    this.#save = latest(async () => {
      if (!this.#dirty || this.#text === null) return;
      this.#dirty = false;
      this.#sent = true;
      if (await keep(this.#text)) return;
      this.#dirty = true;
      this.#sent = false;
    });
  }

  /** What to show, where `kept` is kept. */
  or(kept: string): string {
    return this.#text ?? kept;
  }

  /** Another text is kept than before. */
  receive(): void {
    this.#sent = false;
    this.#rest();
  }

  focus(kept: string): void {
    this.#focused = true;
    this.#text ??= kept;
  }

  type(text: string): void {
    this.#text = text;
    this.#dirty = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#save, REST);
  }

  blur(): void {
    this.#focused = false;
    this.flush();
    this.#rest();
  }

  /** Keeps what is not kept yet. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#save();
  }

  /** Goes back to what is kept, if nothing is in between. */
  #rest(): void {
    if (!this.#focused && !this.#dirty && !this.#sent) this.#text = null;
  }
}
