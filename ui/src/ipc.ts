/** The only way to the shell: one thin function a command, one a kind of event. */

import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";

import type { Detail } from "./bindings/Detail";
import type { Health } from "./bindings/Health";
import type { Problem } from "./bindings/Problem";
import type { Query } from "./bindings/Query";
import type { Status } from "./bindings/Status";
import type { Window } from "./bindings/Window";

/** A page of the window. */
export type Page = "board" | "health";

/** An organisation in Microsoft 365 and the app registered there. */
export interface Organisation {
  tenant: string;
  clientId: string;
}

export const status = () => invoke<Status>("status");
export const board = (query: Query) => invoke<Window>("board", { query });
export const detail = (id: string) => invoke<Detail | null>("detail", { id });
export const health = () => invoke<Health>("health");

export const initialPage = () => invoke<Page>("initial_page");
export const sandbox = () => invoke<{ people: number }>("sandbox");
export const organisation = () => invoke<Organisation>("organisation");

export const chooseOrganisation = ({ tenant, clientId }: Organisation) =>
  invoke<null>("choose_organisation", { tenant, clientId });
export const chooseSandbox = () => invoke<null>("choose_sandbox");
export const leave = () => invoke<null>("leave");

export const signIn = () => invoke<null>("sign_in");
export const cancelSignIn = () => invoke<null>("cancel_sign_in");
export const copySignInAddress = () => invoke<null>("copy_sign_in_address");

export const syncNow = () => invoke<null>("sync_now");
export const resume = () => invoke<null>("resume");
export const copyExtension = (id: string) => invoke<null>("copy_extension", { id });
export const call = (id: string) => invoke<null>("call", { id });

/** Calls back whenever anything changed; the result stops that. */
export const onChanged = (then: (revision: number) => void) =>
  listen<{ revision: number }>("changed", (event) => then(event.payload.revision));

/** Calls back when the tray or a second start asks for a page. */
export const onPage = (then: (page: Page) => void) => listen<Page>("page", (event) => then(event.payload));

/** What a rejected command says, whatever it was rejected with. */
export function problemOf(reason: unknown): Problem {
  if (typeof reason === "object" && reason !== null && "what" in reason && "code" in reason) return reason as Problem;
  return {
    code: "window.command",
    what: "The window could not reach Presence Sync.",
    cause: "The program behind it did not answer as expected.",
    remedy: "Close the window and open it again from the tray.",
    detail: reason instanceof Error ? reason.message : String(reason),
  };
}
