import { describe, expect, it } from "vitest";

import {
  kept,
  optionPlace,
  optionValues,
  place,
  same,
  sent,
  switchValues,
  typed,
  values,
  withoutSecrets,
  type Drafts,
} from "./drafts";
import { answer, field, integration, option, step, toggle } from "./fixtures";

const none: Drafts = new Map();
const at = place("teamsToEight", "key");
const key = step("key", "current", { fields: [field("id", { value: "known" }), field("secret", { secret: true })] });

it("sends every entry, as typed or as it came", () => {
  expect(values(key, undefined)).toEqual({ id: "known", secret: "" });
  const drafts = typed(typed(none, at, "secret", "s3"), at, "id", "");
  expect(values(key, drafts.get(at))).toEqual({ id: "", secret: "s3" });
});

it("keeps what is typed while the step is current, and no longer", () => {
  const drafts = typed(none, at, "id", "mine");
  expect(kept(drafts, answer(integration([key])))).toEqual(drafts);
  expect(kept(drafts, answer(integration([{ ...key, state: "done" }]))).size).toBe(0);
  expect(kept(drafts, answer(integration([key], { id: "contacts" }))).size).toBe(0);
});

it("forgets secrets once they are sent, and nothing else", () => {
  const drafts = typed(typed(none, at, "secret", "s3"), at, "id", "mine");
  expect(sent(drafts, at, key).get(at)).toEqual({ id: "mine" });
});

it("forgets every secret when the page is left", () => {
  const other = place("contacts", "key");
  const drafts = typed(typed(typed(none, at, "secret", "s3"), at, "id", "mine"), other, "secret", "s4");
  const left = withoutSecrets(drafts, answer(integration([key]), integration([key], { id: "contacts" })));
  expect(left.get(at)).toEqual({ id: "mine" });
  expect(left.get(other)).toEqual({});
});

describe("options", () => {
  const fields = [field("perMinute", { value: "30" }), field("key", { secret: true })];
  const limits = option("limits", { fields, choices: [toggle("tags", "on")] });
  const here = optionPlace("contacts", "limits");
  const setup = (...options: (typeof limits)[]) => answer(integration([], { id: "contacts", options }));

  it("send every entry of their group with a button, and whose they are", () => {
    const drafts = typed(typed(none, here, "perMinute", "20"), here, "key", "s3");
    expect(optionValues(limits, drafts.get(here))).toEqual({ group: "limits", perMinute: "20", key: "s3" });
    expect(optionValues(limits, undefined)).toEqual({ group: "limits", perMinute: "30", key: "" });
  });

  it("send a switch alone, whatever is typed beside it", () => {
    expect(switchValues(limits, "tags", "off")).toEqual({ group: "limits", tags: "off" });
  });

  it("can not be sent for another group by an entry or switch that is called so", () => {
    const odd = option("limits", { fields: [field("group", { value: "agents" })] });
    expect(optionValues(odd, { group: "events" })).toEqual({ group: "limits" });
    expect(switchValues(odd, "group", "on")).toEqual({ group: "limits" });
  });

  it("keep what is typed until it is taken, wherever the steps are", () => {
    const drafts = typed(none, here, "perMinute", "020");
    expect(kept(drafts, setup(limits)).get(here)).toEqual({ perMinute: "020" });
    const taken = { ...limits, fields: [field("perMinute", { value: "20" })] };
    expect(kept(drafts, setup(taken)).get(here)).toEqual({});
    expect(kept(drafts, setup()).size).toBe(0);
  });

  it("forget a secret once it is sent or the page is left, and keep the numbers", () => {
    const drafts = typed(typed(none, here, "perMinute", "20"), here, "key", "s3");
    expect(sent(drafts, here, limits).get(here)).toEqual({ perMinute: "20" });
    expect(withoutSecrets(drafts, setup(limits)).get(here)).toEqual({ perMinute: "20" });
    expect(sent(none, here, limits).size).toBe(0);
  });

  it("take numbers and names as the program does", () => {
    expect(same("007", "7") && same(" na12 ", "na12") && same("", " ")).toBe(true);
    expect(same("", "0") || same("1e1", "10") || same("NA12", "na12")).toBe(false);
  });
});
