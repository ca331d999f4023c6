import { expect, it } from "vitest";

import { kept, place, sent, typed, values, withoutSecrets, type Drafts } from "./drafts";
import { answer, field, integration, step } from "./fixtures";

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
