import { describe, expect, it } from "vitest";

import type { Line } from "../bindings/Line";
import { changed, sentence } from "./sentence";

const anna: Line = {
  id: "1",
  name: "Anna Keller",
  title: "Account executive",
  extension: "4021",
  state: "onCall",
  label: "On call",
  detail: "",
  tags: ["Teams"],
  outOfOffice: false,
  stale: false,
  forSeconds: 720,
  ageSeconds: 3,
};

describe("a row", () => {
  it("reads as a sentence", () => {
    expect(sentence(anna, 720, 3)).toBe(
      "Anna Keller, account executive, extension 4021, on call in Teams for 12 minutes",
    );
  });

  it("tells what is missing, what is finer and what is old", () => {
    expect(sentence({ ...anna, title: "IT manager", extension: "", detail: "In a meeting" }, 60, 3)).toBe(
      "Anna Keller, IT manager, no extension, on call in Teams for 1 minute, in a meeting",
    );
    const old = { ...anna, label: "Was on call", stale: true, outOfOffice: true };
    expect(sentence(old, 720, 360)).toBe(
      "Anna Keller, account executive, extension 4021, was on call in Teams, out of office, 6 minutes old",
    );
    expect(sentence({ ...anna, title: "", state: "unknown", label: "Unknown", tags: [] }, null, null)).toBe(
      "Anna Keller, extension 4021, unknown",
    );
  });

  it("tells a change in few words", () => {
    expect(changed({ ...anna, detail: "In a meeting" })).toBe("Anna Keller is now on call in Teams, in a meeting");
    expect(changed({ ...anna, detail: "Teams gives no state", label: "Unknown", tags: [] })).toBe(
      "Anna Keller is now unknown, Teams gives no state",
    );
    expect(changed({ ...anna, stale: true, label: "Was available" })).toBe("Anna Keller: was available");
  });
});
