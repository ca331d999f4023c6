/** What screen readers are told without the focus moving: changes of the chosen person and of the banner, no more. */
class Announcer {
  words = $state("");

  /** Says something, also when it is what was said last. */
  say(words: string): void {
    this.words = "";
    requestAnimationFrame(() => (this.words = words));
  }
}

/** The one voice of the window. */
export const announcer = new Announcer();
