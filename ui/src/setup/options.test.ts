import { describe, expect, it } from "vitest";

import type { Problem } from "../bindings/Problem";
import type { SetupButton } from "../bindings/SetupButton";
import { field, option, toggle } from "./fixtures";
import { opens, speaks, took } from "./options";

const problem = (cause: string): Problem => ({ code: "setup.option", what: "", cause, remedy: "", detail: null });
const cancel: SetupButton = { act: "cancel", label: "Cancel", kind: "plain", step: null, reason: null, ask: null };
const quiet = option("agents", { choices: [toggle("onlyAvailable", "off")] });
const wrong = { ...quiet, problem: problem("The key is empty.") };

describe("a group", () => {
  it("is open from the start where there is something to see", () => {
    expect(speaks(quiet)).toBe(false);
    expect(speaks(wrong)).toBe(true);
    expect(speaks({ ...quiet, buttons: [cancel] })).toBe(true);
    expect(speaks({ ...quiet, choices: [toggle("onlyAvailable", "on")] })).toBe(true);
  });

  it("is opened by news, and not again by the same", () => {
    expect(opens(quiet, wrong)).toBe(true);
    expect(opens(wrong, wrong)).toBe(false);
    expect(opens(wrong, { ...wrong, problem: problem("8x8 refused the key.") })).toBe(true);
    expect(opens(wrong, quiet)).toBe(false);
  });

  it("took what it has, apart from secrets, which never come back", () => {
    const fields = [field("perMinute", { value: "20" }), field("key", { secret: true })];
    const limits = option("limits", { fields });
    expect(took(limits, { perMinute: "020", key: "s3" })).toBe(true);
    expect(took(limits, { perMinute: "21", key: "" })).toBe(false);
    expect(took({ ...limits, problem: problem("") }, { perMinute: "20" })).toBe(false);
  });
});
