import { beforeEach, describe, expect, it, vi } from "vitest";

import type { DeskWish } from "./bindings/DeskWish";
import type { Look } from "./bindings/Look";
import { LOOK } from "./board/fixtures";

const shell = vi.hoisted(() => ({
  kept: null as Look | null,
  wished: [] as DeskWish[],
  refuse: false,
}));

vi.mock("./ipc", () => ({
  settings: () => Promise.resolve({ preferences: { interval: 60, look: shell.kept } }),
  status: () => Promise.resolve({ look: shell.kept, writing: "en-GB" }),
  deskWish: (wish: DeskWish) => {
    shell.wished.push(wish);
    return shell.refuse ? Promise.reject(new Error("no")) : Promise.resolve(null);
  },
  problemOf: () => ({ code: "window.command", what: "", cause: "", remedy: "", detail: null }),
}));

describe("how the window looks", () => {
  let appearance: (typeof import("./look.svelte"))["appearance"];

  beforeEach(async () => {
    vi.resetModules();
    vi.useFakeTimers();
    shell.kept = LOOK;
    shell.wished = [];
    shell.refuse = false;
    ({ appearance } = await import("./look.svelte"));
    return () => vi.useRealTimers();
  });

  const looks = () => shell.wished.map((wish) => (wish.do === "prefer" ? wish.preferences.look : null));

  it("changes at once, and is kept with all that was set besides", async () => {
    appearance.change({ show: "cards" });
    expect(appearance.now.show).toBe("cards");
    await vi.advanceTimersByTimeAsync(0);
    expect(shell.wished).toEqual([
      { do: "prefer", preferences: { interval: 60, look: { ...LOOK, show: "cards" } } },
    ]);
    expect(appearance.now.show).toBe("cards");
  });

  it("loses none of several changes", async () => {
    appearance.change({ group: "site" });
    appearance.change({ sort: "name" });
    appearance.change({ docked: true });
    await vi.advanceTimersByTimeAsync(0);
    expect(looks().at(-1)).toEqual({ ...LOOK, group: "site", sort: "name", docked: true });
    expect(shell.wished.length).toBe(2);
  });

  it("is believed to be as an answer says, once that agrees or is late enough", async () => {
    appearance.change({ docked: true, onTop: true });
    await vi.advanceTimersByTimeAsync(0);
    appearance.settle({ ...LOOK, onTop: true });
    expect(appearance.now).toMatchObject({ docked: true, onTop: false });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(appearance.now.docked).toBe(false);
  });

  it("is as before when it could not be kept", async () => {
    shell.refuse = true;
    appearance.change({ show: "cards" });
    await vi.advanceTimersByTimeAsync(0);
    expect(appearance.now.show).toBe("rows");
    expect(appearance.saving.problem?.code).toBe("window.command");
  });

  it("puts theme and size of text on the page", async () => {
    const root = { dataset: {} } as HTMLElement;
    appearance.show(root);
    expect(root.dataset).toEqual({ theme: "system", text: "standard" });
    expect(appearance.rem).toBe(16);
    appearance.change({ theme: "dark", textSize: "largest" });
    appearance.show(root);
    expect(root.dataset).toEqual({ theme: "dark", text: "largest" });
    expect(appearance.rem).toBe(20);
    await vi.advanceTimersByTimeAsync(0);
  });
});
