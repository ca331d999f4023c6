import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

export default defineConfig({
  base: "./",
  clearScreen: false,
  plugins: [svelte()],
  server: { port: 1420, strictPort: true },
  build: {
    // The oldest web views: WKWebView of macOS 12, WebKitGTK 2.40, and the current WebView2.
    target: ["safari15", "chrome105"],
    modulePreload: { polyfill: false },
    // Nothing may be inlined: the page's policy allows files of its own only.
    assetsInlineLimit: 0,
  },
  test: { include: ["src/**/*.test.ts"] },
});
