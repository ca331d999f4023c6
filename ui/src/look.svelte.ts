import { Act } from "./act.svelte";
import type { Look } from "./bindings/Look";
import type { TextSize } from "./bindings/TextSize";
import * as ipc from "./ipc";
import { latest } from "./latest";
import { live } from "./live.svelte";

/** How it looks before the first answer. */
const STANDARD: Look = {
  theme: "system",
  textSize: "standard",
  density: "comfortable",
  group: "department",
  sort: "state",
  show: "rows",
  hideOffline: false,
  docked: false,
  onTop: false,
};

/** What `base.css` makes of the sizes of text: pixels of a rem. */
const REM: Record<TextSize, number> = { small: 15, standard: 16, large: 18, largest: 20 };

/** After so long an answer that still says otherwise is believed. */
const SOON = 2_000;

/** How the window looks: as it is kept, and at once as it was asked for. */
class Appearance {
  /** The last change. */
  readonly saving = new Act();
  /** What was asked for and not yet confirmed. */
  #wanted = $state.raw<Partial<Look>>({});
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Counts what was asked for. */
  #changes = 0;

  /** How it looks now. */
  get now(): Look {
    return { ...(live.status?.look ?? STANDARD), ...this.#wanted };
  }

  /** Pixels of a rem, for what is placed by hand. */
  get rem(): number {
    return REM[this.now.textSize];
  }

  /** Makes it look otherwise. */
  change(change: Partial<Look>): void {
    this.#wanted = { ...this.#wanted, ...change };
    this.#changes += 1;
    clearTimeout(this.#timer);
    this.#save();
  }

  /** Forgets what was asked for as far as an answer says that it is so. */
  settle(look: Look): void {
    const open = Object.entries(this.#wanted).filter(([name, value]) => look[name as keyof Look] !== value);
    if (open.length < Object.keys(this.#wanted).length) this.#wanted = Object.fromEntries(open);
  }

  /** Puts it on the page. */
  show(root: HTMLElement): void {
    const { theme, textSize } = this.now;
    root.dataset["theme"] = theme;
    root.dataset["text"] = textSize;
  }

  /** Preferences are kept as a whole: those kept now, with what was asked for. */
  readonly #save = latest(async () => {
    const wanted = this.#wanted;
    const changes = this.#changes;
    const well = await this.saving.run(async () => {
      const { preferences } = await ipc.settings();
      const look = { ...preferences.look, ...wanted };
      await ipc.deskWish({ do: "prefer", preferences: { ...preferences, look } });
    });
    live.refresh();
    // Something newer was asked for meanwhile: that is what counts.
    if (changes !== this.#changes) return;
    clearTimeout(this.#timer);
    if (well) this.#timer = setTimeout(() => (this.#wanted = {}), SOON);
    else this.#wanted = {};
  });
}

/** How the one window looks. */
export const appearance = new Appearance();
