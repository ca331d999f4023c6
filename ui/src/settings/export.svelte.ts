import { Act } from "../act.svelte";
import { announcer } from "../announcer.svelte";
import type { Diagnostics } from "../bindings/Diagnostics";
import * as ipc from "../ipc";

/** What is exported for support, as it is looked at. */
export class Export {
  answer = $state.raw<Diagnostics | null>(null);
  /** The file that is to be looked at. */
  file = $state.raw<string | null>(null);
  /** The whole text of a file: of the one before, until that one's is here. */
  shown = $state.raw<{ name: string; text: string } | null>(null);
  /** Where it was saved. */
  saved = $state.raw<string | null>(null);

  readonly asking = new Act();
  readonly reading = new Act();
  readonly saving = new Act();

  /** Asks what there is, and looks at the first of it. */
  async open(): Promise<void> {
    await this.asking.run(async () => (this.answer = await ipc.diagnostics()));
    const first = this.answer?.files[0];
    if (first !== undefined) await this.look(first.name);
  }

  /** Looks at a file. */
  async look(file: string): Promise<void> {
    this.file = file;
    await this.reading.run(async () => {
      const text = await ipc.diagnosticsFile(file);
      // Another one may be wanted by now.
      if (this.file === file) this.shown = { name: file, text };
    });
  }

  /** Saves all files, and says where. */
  async save(): Promise<void> {
    if (this.saving.busy) return;
    this.saved = null;
    await this.saving.run(async () => {
      this.saved = await ipc.exportDiagnostics();
      announcer.say(`Saved to ${this.saved}`);
    });
  }
}
