import { describe, expect, it } from "vitest";

import type { Line } from "../bindings/Line";
import { changed, finer, sentence } from "./sentence";

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

  it("tells on which side a call is, and does not say it twice", () => {
    const eight = { ...anna, tags: ["8x8"], detail: "On an 8x8 call" };
    expect(sentence(eight, 120, 3)).toBe(
      "Anna Keller, account executive, extension 4021, on call in 8x8 for 2 minutes",
    );
    expect(sentence({ ...anna, tags: ["Teams", "8x8"], detail: "In a meeting" }, 120, 3)).toBe(
      "Anna Keller, account executive, extension 4021, on call in Teams and 8x8 for 2 minutes, in a meeting",
    );
    expect(changed(eight)).toBe("Anna Keller is now on call in 8x8");
    expect(finer({ ...eight, label: "Was on call", stale: true })).toBe("On an 8x8 call");
  });

  it("tells a change in few words", () => {
    expect(changed({ ...anna, detail: "In a meeting" })).toBe("Anna Keller is now on call in Teams, in a meeting");
    expect(changed({ ...anna, detail: "Teams gives no state", label: "Unknown", tags: [] })).toBe(
      "Anna Keller is now unknown, Teams gives no state",
    );
    expect(changed({ ...anna, stale: true, label: "Was available" })).toBe("Anna Keller: was available");
  });
});
