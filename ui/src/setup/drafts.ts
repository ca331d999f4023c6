/** What is typed into the entries of the current steps, before it is sent. */

import type { Integration } from "../bindings/Integration";
import type { Setup } from "../bindings/Setup";
import type { StepId } from "../bindings/StepId";
import type { StepView } from "../bindings/StepView";

/** Values by the id of their entry. */
export type Draft = Readonly<Record<string, string>>;

/** What was typed, step by step. */
export type Drafts = ReadonlyMap<string, Draft>;

/** Where the draft of a step is kept. */
export function place(integration: Integration, step: StepId): string {
  return `${integration} ${step}`;
}

/** With a value more. */
export function typed(drafts: Drafts, at: string, field: string, value: string): Drafts {
  return new Map(drafts).set(at, { ...drafts.get(at), [field]: value });
}

/** Without the drafts of steps that are not current any more. */
export function kept(drafts: Drafts, { integrations }: Setup): Drafts {
  const current = new Set(
    integrations.flatMap(({ id, steps }) =>
      steps.filter(({ state }) => state === "current").map((step) => place(id, step.id)),
    ),
  );
  return new Map([...drafts].filter(([at]) => current.has(at)));
}

/** Without the secrets that were typed for a step, because they were sent. */
export function sent(drafts: Drafts, at: string, { fields }: StepView): Drafts {
  const secrets = new Set(fields.filter(({ secret }) => secret).map(({ id }) => id));
  const rest = Object.entries(drafts.get(at) ?? {}).filter(([id]) => !secrets.has(id));
  return new Map(drafts).set(at, Object.fromEntries(rest));
}

/** Without any secret, because the page is left. */
export function withoutSecrets(drafts: Drafts, { integrations }: Setup): Drafts {
  return integrations.reduce<Drafts>(
    (left, { id, steps }) => steps.reduce((rest, step) => sent(rest, place(id, step.id), step), left),
    drafts,
  );
}

/** What goes with the primary button of a step: each entry, as typed or as it came. */
export function values({ fields }: StepView, draft: Draft | undefined): Record<string, string> {
  return Object.fromEntries(fields.map(({ id, value }) => [id, draft?.[id] ?? value]));
}
