/** What screen readers are told when the answer about an integration changes. */

import type { IntegrationView } from "../bindings/IntegrationView";
import type { SetupCheck } from "../bindings/SetupCheck";
import type { SetupItem } from "../bindings/SetupItem";
import type { StepView } from "../bindings/StepView";
import { STATES } from "./signs";

/** The step that is open. */
export function current({ steps }: IntegrationView): StepView | undefined {
  return steps.find(({ state }) => state === "current");
}

/** Ends a phrase as a sentence. */
function sentence(words: string): string {
  return /[.!?…:]$/.test(words) ? words : `${words}.`;
}

function stepWords(before: IntegrationView, after: IntegrationView): string[] {
  const now = current(after);
  if (now === undefined || now.id === current(before)?.id) return [];
  const at = after.steps.indexOf(now) + 1;
  return [sentence(`Step ${at} of ${after.steps.length}: ${now.title}`)];
}

function verdictWords({ verdict: before }: IntegrationView, { verdict: after }: IntegrationView): string[] {
  // Its text holds times of day, which are no news.
  if (after === null || (after.title === before?.title && after.tone === before.tone)) return [];
  return [after.title, ...after.text].map(sentence);
}

function checkWords(before: readonly SetupCheck[], after: readonly SetupCheck[]): string[] {
  return after
    .filter(({ state }) => state === "good" || state === "bad" || state === "leftOut")
    .filter((check) => before.find(({ name }) => name === check.name)?.state !== check.state)
    .map(({ name, state, result, problem }) => {
      const words = `${name}: ${STATES[state].words}.`;
      if (state !== "bad") return words;
      return `${words} ${sentence(result === "" ? (problem?.what ?? "") : result)}`;
    });
}

function itemWords(before: readonly SetupItem[], after: readonly SetupItem[]): string[] {
  return after
    .filter(({ state }) => state === "good" || state === "bad")
    .filter((item) => before.find(({ label }) => label === item.label)?.state !== item.state)
    .map(({ label, state, result }) => sentence(`${label}: ${result === "" ? STATES[state].words : result}`));
}

function waitWords(before: StepView | undefined, after: StepView | undefined): string[] {
  const words: string[] = [];
  if (after?.waiting != null && before?.waiting == null) words.push(BROWSER, after.waiting.text);
  if (after?.countdown != null && after.countdown.text !== before?.countdown?.text) words.push(after.countdown.text);
  return words.map(sentence);
}

function optionWords({ options: before }: IntegrationView, { options: after }: IntegrationView): string[] {
  return after.flatMap(({ id, title, state }) =>
    state === null || before.find((group) => group.id === id)?.state === state ? [] : [sentence(`${title}: ${state}`)],
  );
}

/** Told while the browser is open. */
export const BROWSER = "Waiting for your browser…";

/** What is new, in sentences; nothing for another integration than before. */
export function news(before: IntegrationView | null, after: IntegrationView): string {
  if (before === null || before.id !== after.id) return "";
  const [was, now] = [current(before), current(after)];
  const same = was?.id === now?.id;
  return [
    ...checkWords(before.checks, after.checks),
    ...itemWords(same ? (was?.items ?? []) : [], now?.items ?? []),
    ...verdictWords(before, after),
    ...optionWords(before, after),
    ...stepWords(before, after),
    ...waitWords(same ? was : undefined, now),
  ].join(" ");
}
