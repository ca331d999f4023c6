/** Answers for the tests. */

import type { IntegrationView } from "../bindings/IntegrationView";
import type { ItemState } from "../bindings/ItemState";
import type { OptionGroup } from "../bindings/OptionGroup";
import type { Setup } from "../bindings/Setup";
import type { SetupChoice } from "../bindings/SetupChoice";
import type { SetupCheck } from "../bindings/SetupCheck";
import type { SetupField } from "../bindings/SetupField";
import type { StepState } from "../bindings/StepState";
import type { StepView } from "../bindings/StepView";

export function step(id: StepView["id"], state: StepState, more: Partial<StepView> = {}): StepView {
  return {
    id,
    title: `Do ${id}`,
    state,
    result: null,
    text: [],
    card: null,
    choices: [],
    fields: [],
    guide: [],
    items: [],
    password: false,
    waiting: null,
    countdown: null,
    problem: null,
    buttons: [],
    ...more,
  };
}

export function field(id: string, more: Partial<SetupField> = {}): SetupField {
  return { id, label: id, secret: false, value: "", example: "", hint: "", ...more };
}

export function check(name: string, state: ItemState, result = ""): SetupCheck {
  return { name, state, result, problem: null, sample: [] };
}

export function option(id: string, more: Partial<OptionGroup> = {}): OptionGroup {
  return { id, title: id, text: [], state: null, choices: [], fields: [], buttons: [], problem: null, ...more };
}

export function toggle(id: string, value: "on" | "off"): SetupChoice {
  return { id, label: id, switch: true, value, options: [] };
}

export function integration(steps: StepView[], more: Partial<IntegrationView> = {}): IntegrationView {
  return {
    id: "teamsToEight",
    name: "Teams to 8x8 presence",
    purpose: "",
    caveat: null,
    standing: "inProgress",
    standingWords: "In progress",
    blocked: null,
    verdict: null,
    checks: [],
    import: null,
    options: [],
    next: null,
    steps,
    buttons: [],
    ...more,
  };
}

export function answer(...integrations: IntegrationView[]): Setup {
  return { headline: "", organisation: null, integrations, suggested: "teamsToEight", signOut: null };
}
