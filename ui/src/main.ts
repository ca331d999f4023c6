import { mount } from "svelte";

import App from "./App.svelte";
import { prints } from "./keys";
import { mac } from "./screen.svelte";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/controls.css";

// Before anything else hears of it; on the board the same keys pin, which they still do.
window.addEventListener("keydown", (event) => prints(event, mac) && event.preventDefault(), { capture: true });

const target = document.getElementById("window");
if (target !== null) mount(App, { target });
