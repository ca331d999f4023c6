/** What is typed into the entries of the current steps and of options, before it is sent. */

import type { Integration } from "../bindings/Integration";
import type { OptionGroup } from "../bindings/OptionGroup";
import type { Setup } from "../bindings/Setup";
import type { SetupField } from "../bindings/SetupField";
import type { StepId } from "../bindings/StepId";
import type { StepView } from "../bindings/StepView";

/** Values by the id of their entry. */
export type Draft = Readonly<Record<string, string>>;

/** What was typed, step by step and group by group. */
export type Drafts = ReadonlyMap<string, Draft>;

/** What has entries: a step, or a group of options. */
export interface Form {
  readonly fields: readonly SetupField[];
}

/** Where the draft of a step is kept. */
export function place(integration: Integration, step: StepId): string {
  return `${integration} ${step}`;
}

/** Where the draft of a group of options is kept; no step is called so. */
export function optionPlace(integration: Integration, group: string): string {
  return `${integration} option ${group}`;
}

/** With a value more. */
export function typed(drafts: Drafts, at: string, field: string, value: string): Drafts {
  return new Map(drafts).set(at, { ...drafts.get(at), [field]: value });
}

/** Without the drafts of steps that are not current any more, and of options that are gone or as they were typed. */
export function kept(drafts: Drafts, setup: Setup): Drafts {
  const forms = new Map(places(setup, ({ state }) => state === "current"));
  const options = new Set(setup.integrations.flatMap(({ id, options }) => options.map((group) => optionPlace(id, group.id))));
  return new Map(
    [...drafts].flatMap(([at, draft]): [string, Draft][] => {
      const form = forms.get(at);
      if (form === undefined) return [];
      return [[at, options.has(at) ? unsent(draft, form) : draft]];
    }),
  );
}

/** What of a draft was not taken yet; what was taken comes back as the value, and a later value must not hide behind it. */
function unsent(draft: Draft, { fields }: Form): Draft {
  const taken = (id: string, value: string) => same(value, fields.find((field) => field.id === id)?.value ?? "");
  return Object.fromEntries(Object.entries(draft).filter(([id, value]) => !taken(id, value)));
}

/** Whether two values are the same to whoever takes them: "007" is 7, and spaces around a name are nothing. */
export function same(one: string, other: string): boolean {
  const [left, right] = [one.trim(), other.trim()];
  return left === right || (/^\d+$/.test(left) && /^\d+$/.test(right) && Number(left) === Number(right));
}

/** Without the secrets that were typed in a place, because they were sent or are out of sight. */
export function sent(drafts: Drafts, at: string, { fields }: Form): Drafts {
  const draft = drafts.get(at);
  if (draft === undefined) return drafts;
  const secrets = new Set(fields.filter(({ secret }) => secret).map(({ id }) => id));
  return new Map(drafts).set(at, Object.fromEntries(Object.entries(draft).filter(([id]) => !secrets.has(id))));
}

/** Without any secret, because the page is left. */
export function withoutSecrets(drafts: Drafts, setup: Setup): Drafts {
  return places(setup, () => true).reduce((left, [at, form]) => sent(left, at, form), drafts);
}

/** What goes with the primary button of a step: each entry, as typed or as it came. */
export function values({ fields }: Form, draft: Draft | undefined): Record<string, string> {
  return Object.fromEntries(fields.map(({ id, value }) => [id, draft?.[id] ?? value]));
}

/** What goes with a button of a group of options: each entry, and whose they are. */
export function optionValues(group: OptionGroup, draft: Draft | undefined): Record<string, string> {
  return { ...values(group, draft), group: group.id };
}

/** What goes with a switch of a group of options: only itself, for what is typed beside it was not asked for. */
export function switchValues(group: OptionGroup, choice: string, value: string): Record<string, string> {
  return { [choice]: value, group: group.id };
}

/** Everything that can be typed into, and where its draft is kept. */
function places({ integrations }: Setup, which: (step: StepView) => boolean): [string, Form][] {
  return integrations.flatMap(({ id, steps, options }) => [
    ...steps.filter(which).map((step): [string, Form] => [place(id, step.id), step]),
    ...options.map((group): [string, Form] => [optionPlace(id, group.id), group]),
  ]);
}
