import type { Problem } from "../bindings/Problem";

/** A problem as text for support, a line each. */
export function details({ code, what, cause, remedy, detail }: Problem): string {
  return [code, what, cause, remedy, detail ?? ""].filter((line) => line !== "").join("\n");
}
