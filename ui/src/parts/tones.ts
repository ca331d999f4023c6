import type { Tone } from "../bindings/Tone";
import type { IconName } from "./icons";

/** A sign for each tone, so that colour never stands alone. */
export const TONES: Record<Tone, IconName> = { good: "pass", plain: "info", warning: "warning", bad: "fail" };
