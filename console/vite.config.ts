import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "/",
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2023",
    // The policy's font-src and worker-src are 'self': nothing may become a data: address.
    assetsInlineLimit: 0,
    // The polyfill would be the only script that reads and writes links by itself; our browsers have the real thing.
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  worker: { format: "es" },
});
