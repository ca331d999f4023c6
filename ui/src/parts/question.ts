import type { SetupAsk } from "../bindings/SetupAsk";

/** A question that is open, and what follows a yes. */
export interface Question {
  ask: SetupAsk;
  danger: boolean;
  yes: () => void;
}
