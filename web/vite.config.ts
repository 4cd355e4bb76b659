import { defineConfig } from "vitest/config";

/** Where `earmark serve` answers while the pages are being worked on: `npm run dev`. */
const SERVER = process.env.EARMARK_URL ?? "http://127.0.0.1:8000";

export default defineConfig({
  build: {
    outDir: "../src/earmark/server/static",
    emptyOutDir: true,
    target: "es2022",
    sourcemap: false,
    // The content policy lets no inline data in but pictures.
    assetsInlineLimit: 0,
  },
  server: { proxy: { "/api": SERVER, "/health": SERVER, "/docs": SERVER } },
  test: { environment: "happy-dom", include: ["tests/**/*.test.{ts,tsx}"], setupFiles: ["tests/setup.ts"] },
});
