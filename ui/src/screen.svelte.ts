import { MediaQuery } from "svelte/reactivity";

import { isMac } from "./keys";

/** Whether the window is as narrow as a docked one. */
export const narrow = new MediaQuery("max-width: 719px");

/** Whether there is no room for the columns of the list beside an open detail. */
export const tight = new MediaQuery("max-width: 999px");

/** Whether there is room for columns beside buttons with words. */
export const roomy = new MediaQuery("min-width: 1280px");

/** Whether there is room for whole sentences in columns. */
export const vast = new MediaQuery("min-width: 1500px");

/** Whether Command stands for Control. */
export const mac = isMac(navigator.userAgent);
