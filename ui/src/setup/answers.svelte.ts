import type { Act } from "../act.svelte";
import type { Act as Wish } from "../bindings/Act";
import type { Integration } from "../bindings/Integration";
import type { OptionGroup } from "../bindings/OptionGroup";
import type { Problem } from "../bindings/Problem";
import type { Setup } from "../bindings/Setup";
import type { StepView } from "../bindings/StepView";
import * as ipc from "../ipc";
import { latest } from "../latest";
import { live } from "../live.svelte";
import type { Question } from "../parts/question";
import {
  kept,
  optionPlace,
  optionValues,
  place,
  sent,
  switchValues,
  typed,
  values,
  withoutSecrets,
  type Draft,
  type Drafts,
} from "./drafts";

/** The last answer about the installation, and the little that the page knows by itself. */
class SetupPage {
  answer = $state.raw<Setup | null>(null);
  /** When it came. */
  answered = $state.raw(0);
  problem = $state.raw<Problem | null>(null);

  /** The integration that is looked at; the suggested one until there is a first answer. */
  chosen = $state.raw<Integration | null>(null);
  /** What to enter in a rehearsal; nothing elsewhere. */
  notes = $state.raw<readonly ipc.RehearsalNote[]>([]);
  question = $state.raw<Question | null>(null);
  #drafts = $state.raw<Drafts>(new Map());

  /** The integration in which a button was pressed last, until its step has changed. */
  acted: Integration | null = null;

  /** Asks again. */
  readonly refresh = latest(async () => {
    try {
      const answer = await ipc.setup();
      this.answer = answer;
      this.answered = performance.now();
      this.problem = null;
      this.chosen ??= answer.suggested;
      this.#drafts = kept(this.#drafts, answer);
    } catch (reason) {
      this.problem = ipc.problemOf(reason);
    }
  });

  /** Begins anew with the integration that deserves to be looked at. */
  open(): void {
    this.chosen = null;
    this.refresh();
    // They help with a rehearsal, which goes on without them.
    ipc.rehearsalNotes().then(
      (notes) => (this.notes = notes),
      () => (this.notes = []),
    );
  }

  /** The page is left: what was typed stays, secrets do not. */
  close(): void {
    this.question = null;
    this.acted = null;
    if (this.answer !== null) this.#drafts = withoutSecrets(this.#drafts, this.answer);
  }

  /** Forgets everything. */
  forget(): void {
    this.answer = null;
    this.problem = null;
    this.chosen = null;
    this.notes = [];
    this.question = null;
    this.acted = null;
    this.#drafts = new Map();
  }

  /** What was typed for a step. */
  draft(integration: Integration, step: StepView): Draft | undefined {
    return this.#drafts.get(place(integration, step.id));
  }

  /** Keeps what is typed. */
  type(integration: Integration, step: StepView, field: string, value: string): void {
    this.#drafts = typed(this.#drafts, place(integration, step.id), field, value);
  }

  /** Sends what a button without entries asks for. */
  async press(act: Act, integration: Integration, wish: Wish, step: StepView["id"] | null): Promise<void> {
    this.acted = integration;
    await this.#send(act, { integration, act: wish, step, values: {} });
  }

  /** Sends what the primary button of a step asks for, with all entries. */
  async submit(act: Act, integration: Integration, wish: Wish, step: StepView): Promise<void> {
    this.acted = integration;
    const request = { integration, act: wish, step: step.id, values: values(step, this.draft(integration, step)) };
    if (await this.#send(act, request)) this.#drafts = sent(this.#drafts, place(integration, step.id), step);
  }

  /** Sends a choice. */
  async choose(act: Act, integration: Integration, step: StepView, choice: string, value: string): Promise<boolean> {
    return this.#send(act, { integration, act: "choose", step: step.id, values: { [choice]: value } });
  }

  /** What was typed for a group of options. */
  optionDraft(integration: Integration, group: OptionGroup): Draft | undefined {
    return this.#drafts.get(optionPlace(integration, group.id));
  }

  /** Keeps what is typed into options. */
  typeOption(integration: Integration, group: OptionGroup, field: string, value: string): void {
    this.#drafts = typed(this.#drafts, optionPlace(integration, group.id), field, value);
  }

  /** Forgets the secrets that were typed into options, which are out of sight now. */
  hideOption(integration: Integration, group: OptionGroup): void {
    this.#drafts = sent(this.#drafts, optionPlace(integration, group.id), group);
  }

  /** Sends a switch of a group of options. */
  async switchOption(act: Act, integration: Integration, group: OptionGroup, id: string, value: string): Promise<boolean> {
    return this.#send(act, { integration, act: "setOption", step: null, values: switchValues(group, id, value) });
  }

  /** Sends what a button of a group of options asks for, with all entries, and tells what was sent if it was. */
  async submitOption(
    act: Act,
    integration: Integration,
    group: OptionGroup,
    wish: Wish,
  ): Promise<Readonly<Record<string, string>> | null> {
    const values = optionValues(group, this.optionDraft(integration, group));
    if (!(await this.#send(act, { integration, act: wish, step: null, values }))) return null;
    this.hideOption(integration, group);
    return values;
  }

  async #send(act: Act, request: ipc.SetupRequest): Promise<boolean> {
    const well = await act.run(() => ipc.setupDo(request));
    this.refresh();
    live.refresh();
    return well;
  }
}

/** The one set-up page of the window. */
export const setup = new SetupPage();
