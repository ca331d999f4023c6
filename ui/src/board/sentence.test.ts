import { describe, expect, it } from "vitest";

import { person } from "./fixtures";
import { changed, finer, firstName, pieces, sentence } from "./sentence";

const anna = person("1", {
  name: "Anna Keller",
  title: "Account executive",
  state: "onCall",
  label: "On call",
  tags: ["Teams"],
  forSeconds: 720,
});

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

  it("tells at its end that somebody is pinned or waited for", () => {
    const both = { ...anna, pinned: true, watched: true };
    expect(sentence(both, 720, 3)).toBe(
      "Anna Keller, account executive, extension 4021, on call in Teams for 12 minutes, pinned, waiting to be free",
    );
    expect(sentence({ ...both, pinned: false }, null, null)).toMatch(/on call in Teams, waiting to be free$/);
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

describe("a name", () => {
  it("is short up to the first space", () => {
    expect(firstName("Anna Keller")).toBe("Anna");
    expect(firstName(" Mei-Ling\u00a0Zhou")).toBe("Mei-Ling");
    expect(firstName("Reception")).toBe("Reception");
    expect(firstName("")).toBe("");
  });

  it("comes in parts by what a search found, counted as the page counts", () => {
    const parts = (name: string, highlights: [number, number][]) =>
      pieces({ name, highlights }).map(({ text, found }) => (found ? `[${text}]` : text));
    expect(parts("Anna Keller", [])).toEqual(["Anna Keller"]);
    expect(parts("Anna Keller", [[0, 3]])).toEqual(["[Ann]", "a Keller"]);
    expect(
      parts("😀 Anna Lee", [
        [3, 5],
        [8, 11],
      ]),
    ).toEqual(["😀 ", "[An]", "na ", "[Lee]"]);
    expect(parts("", [])).toEqual([]);
  });
});
