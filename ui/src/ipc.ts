/** The only way to the shell: one thin function a command, one a kind of event. */

import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";

import type { Act } from "./bindings/Act";
import type { DeskWish } from "./bindings/DeskWish";
import type { Detail } from "./bindings/Detail";
import type { Diagnostics } from "./bindings/Diagnostics";
import type { Health } from "./bindings/Health";
import type { ImportWish } from "./bindings/ImportWish";
import type { Integration } from "./bindings/Integration";
import type { Matches } from "./bindings/Matches";
import type { MatchQuery } from "./bindings/MatchQuery";
import type { PortalPage } from "./bindings/PortalPage";
import type { Problem } from "./bindings/Problem";
import type { Query } from "./bindings/Query";
import type { Settings } from "./bindings/Settings";
import type { Setup } from "./bindings/Setup";
import type { Status } from "./bindings/Status";
import type { StepId } from "./bindings/StepId";
import type { Window } from "./bindings/Window";

/** A page of the window. */
export type Page = "board" | "matches" | "setup" | "health" | "settings";

/** Where the window is asked to go: a page, and on the board perhaps a person. */
export interface Place {
  page: Page;
  person: string | null;
}

/** For how long to pause. */
export type PauseSpan = "hour" | "tomorrow" | "untilResumed";

/** What a button or an entry of the set-up page asks for. */
export interface SetupRequest {
  integration: Integration;
  act: Act;
  step: StepId | null;
  values: Readonly<Record<string, string>>;
}

/** Something to enter while the installation is rehearsed. */
export interface RehearsalNote {
  label: string;
  value: string;
}

export const status = () => invoke<Status>("status");
export const board = (query: Query) => invoke<Window>("board", { query });
export const detail = (id: string) => invoke<Detail | null>("detail", { id });
export const health = () => invoke<Health>("health");
export const matches = (query: MatchQuery) => invoke<Matches>("matches", { query });
/** Saves the match report for a spreadsheet, and tells where. */
export const exportMatches = () => invoke<string>("export_matches");

export const initialPage = () => invoke<Place>("initial_page");
export const sandbox = () => invoke<{ people: number }>("sandbox");

export const chooseOrganisation = () => invoke<null>("choose_organisation");
export const chooseRehearsal = () => invoke<null>("choose_rehearsal");
export const chooseSandbox = () => invoke<null>("choose_sandbox");
export const leave = () => invoke<null>("leave");

export const signIn = () => invoke<null>("sign_in");
export const signOut = () => invoke<null>("sign_out");
export const cancelSignIn = () => invoke<null>("cancel_sign_in");
export const copySignInAddress = () => invoke<null>("copy_sign_in_address");

export const setup = () => invoke<Setup>("setup");
export const setupDo = (request: SetupRequest) => invoke<null>("setup_do", { request });
/** The new password of the status user, while it can still be shown. */
export const setupPassword = () => invoke<string | null>("setup_password");
export const copySetupPassword = () => invoke<null>("copy_setup_password");
export const copySetupAddress = () => invoke<null>("copy_setup_address");
export const rehearsalNotes = () => invoke<RehearsalNote[]>("rehearsal_notes");
export const copyText = (text: string) => invoke<null>("copy_text", { text });
export const openPage = (page: PortalPage) => invoke<null>("open_page", { page });

export const importContacts = (wish: ImportWish) => invoke<null>("import", { wish });

export const syncNow = () => invoke<null>("sync_now");
export const pause = (span: PauseSpan) => invoke<null>("pause", { span });
export const resume = () => invoke<null>("resume");
export const copyExtension = (id: string) => invoke<null>("copy_extension", { id });
export const call = (id: string) => invoke<null>("call", { id });
/** Opens a new mail to a person in this computer's mail program. */
export const email = (id: string) => invoke<null>("email", { id });
/** Opens the chat with a person in Teams. */
export const chat = (id: string) => invoke<null>("chat", { id });

/** Pins, notes, watches and preferences. */
export const deskWish = (wish: DeskWish) => invoke<null>("desk", { wish });
export const settings = () => invoke<Settings>("settings");

export const diagnostics = () => invoke<Diagnostics>("diagnostics");
/** One file of the diagnostics, to look at before it is exported. */
export const diagnosticsFile = (name: string) => invoke<string>("diagnostics_file", { name });
/** Saves the diagnostics, and tells where. */
export const exportDiagnostics = () => invoke<string>("export_diagnostics");

/** Removes everything that Presence Sync keeps on this computer. */
export const removeEverything = () => invoke<null>("remove_everything");

/** Calls back whenever anything changed; the result stops that. */
export const onChanged = (then: (revision: number) => void) =>
  listen<{ revision: number }>("changed", (event) => then(event.payload.revision));

/** Calls back when the tray, a notification or a second start asks for a page. */
export const onPage = (then: (place: Place) => void) => listen<Place>("page", (event) => then(event.payload));

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
