import { Act, Moment } from "../act.svelte";
import { announcer } from "../announcer.svelte";
import type { DeskWish } from "../bindings/DeskWish";
import type { Line } from "../bindings/Line";
import * as ipc from "../ipc";

/** What can be done to a person, from wherever: the list, the detail, a key. */
class Acts {
  /** What was last done. */
  readonly doing = new Act();
  readonly copied = new Moment();

  /** Calls from this computer's phone program. */
  call = (line: Line): void => {
    void this.doing.run(() => ipc.call(line.id));
  };

  /** Opens the chat in Teams. */
  chat = (line: Line): void => {
    void this.doing.run(() => ipc.chat(line.id));
  };

  /** Begins a mail. */
  mail = (line: Line): void => {
    void this.doing.run(() => ipc.email(line.id));
  };

  /** Copies the extension. */
  copy = async (line: Line): Promise<void> => {
    if (await this.doing.run(() => ipc.copyExtension(line.id))) this.copied.show();
  };

  /** Pins to the top of the board, or no longer. */
  pin = (line: Line): Promise<void> => {
    const wanted = !line.pinned;
    return this.#wish(
      { do: "pin", person: line.id, wanted },
      wanted ? `${line.name} is pinned` : `${line.name} is no longer pinned`,
    );
  };

  /** Waits for somebody to be free, or no longer; there is nothing to wait for when they are. */
  watch = async (line: Line): Promise<void> => {
    if (!line.watched && isFree(line)) {
      announcer.say(`${line.name} is free now`);
      return;
    }
    await this.#wait({ do: "watch", target: { person: line.id }, wanted: !line.watched }, line.name);
  };

  /** Waits for anyone of a department to be free, or no longer. */
  watchDepartment = (department: string, wanted: boolean): Promise<void> =>
    this.#wait({ do: "watch", target: { department }, wanted }, `anyone in ${department}`);

  /** Nothing was done to whoever is chosen now. */
  forget(): void {
    this.doing.problem = null;
    this.copied.shown = false;
  }

  #wait(wish: DeskWish & { do: "watch" }, whom: string): Promise<void> {
    const words = wish.wanted ? `You will be told when ${whom} is free` : `No longer waiting for ${whom}`;
    return this.#wish(wish, words);
  }

  /** What came of it is told by the next answer: everything is asked for again when the desk has changed. */
  async #wish(wish: DeskWish, words: string): Promise<void> {
    if (await this.doing.run(() => ipc.deskWish(wish))) announcer.say(words);
  }
}

/** Whether somebody is free, as far as is known now. */
export function isFree(line: Line): boolean {
  return line.state === "available" && !line.stale;
}

/** What is done to people. */
export const acts = new Acts();
