import { Act } from "../act.svelte";
import type { Alerts } from "../bindings/Alerts";
import type { DeskWish } from "../bindings/DeskWish";
import type { Hours } from "../bindings/Hours";
import type { Network } from "../bindings/Network";
import type { Preferences } from "../bindings/Preferences";
import type { Problem } from "../bindings/Problem";
import type { Settings } from "../bindings/Settings";
import type { WatchTarget } from "../bindings/WatchTarget";
import * as ipc from "../ipc";
import { latest } from "../latest";
import { live } from "../live.svelte";
import { appearance } from "../look.svelte";
import { pauses, type Pause } from "./options";
import { Pending } from "./pending.svelte";

/** The last answer about the settings, and what was changed since. */
class SettingsPage {
  answer = $state.raw<Settings | null>(null);
  problem = $state.raw<Problem | null>(null);
  /** The last change. */
  readonly doing = new Act();

  readonly #preferences = new Pending<Preferences>();
  readonly #login = new Pending<boolean | null>();
  readonly #pause = new Pending<Pause>();
  /** Counts how often the answer was forgotten, so that one to a question from before is not taken. */
  #lives = 0;

  /** Asks again. */
  readonly refresh = latest(async () => {
    const lives = this.#lives;
    try {
      const answer = await ipc.settings();
      if (lives !== this.#lives) return;
      this.answer = answer;
      this.problem = null;
    } catch (reason) {
      if (lives === this.#lives) this.problem = ipc.problemOf(reason);
    }
  });

  /** The preferences, with what was changed but not answered yet. */
  get preferences(): Preferences | null {
    return this.answer === null ? null : this.#preferences.or(this.answer.preferences);
  }

  /** Whether the program starts at login; none where that can not be arranged. */
  get startsAtLogin(): boolean | null {
    return this.#login.or(this.answer?.startsAtLogin ?? null);
  }

  /** Which pause is chosen. */
  get pause(): Pause {
    return this.#pause.or(pauses(this.answer?.paused ?? null).value);
  }

  /**
   * Changes preferences. They are sent as a whole: with what is still on its way, so that it is not undone, and with the
   * look as it is now, which is changed elsewhere.
   */
  change(change: Partial<Preferences>): void {
    const { preferences } = this;
    if (preferences === null) return;
    const whole = { ...preferences, look: appearance.now, ...change };
    void this.#preferences.hold(whole, () => this.wish({ do: "prefer", preferences: whole }));
  }

  hours(change: Partial<Hours>): void {
    if (this.preferences !== null) this.change({ hours: { ...this.preferences.hours, ...change } });
  }

  alerts(change: Partial<Alerts>): void {
    if (this.preferences !== null) this.change({ alerts: { ...this.preferences.alerts, ...change } });
  }

  network(change: Partial<Network>): void {
    if (this.preferences !== null) this.change({ network: { ...this.preferences.network, ...change } });
  }

  /** Starts at login, or does not any more. */
  startAtLogin(wanted: boolean): void {
    void this.#login.hold(wanted, () => this.wish({ do: "startAtLogin", wanted }));
  }

  /** Pauses, or goes on. */
  choosePause(pause: Pause): void {
    if (pause === "now") return;
    void this.#pause.hold(pause, () => this.run(() => (pause === "none" ? ipc.resume() : ipc.pause(pause))));
  }

  /** Does not wait for somebody any more. */
  unwatch(target: WatchTarget): Promise<boolean> {
    return this.wish({ do: "watch", target, wanted: false });
  }

  wish(wish: DeskWish): Promise<boolean> {
    return this.run(() => ipc.deskWish(wish));
  }

  /** Does something, and asks what came of it. */
  async run(command: () => Promise<unknown>): Promise<boolean> {
    const well = await this.doing.run(command);
    this.refresh();
    live.refresh();
    return well;
  }

  /** Forgets the answer: it grows old while the page is not looked at, and preferences are changed elsewhere too. */
  forget(): void {
    this.#lives += 1;
    this.answer = this.problem = this.doing.problem = null;
    this.#preferences.forget();
    this.#login.forget();
    this.#pause.forget();
  }
}

/** The one settings page of the window. */
export const settings = new SettingsPage();
