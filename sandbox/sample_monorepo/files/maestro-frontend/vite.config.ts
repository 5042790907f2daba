import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [react()],
  server: { port: 4200 },
  preview: { port: 4200 },
  test: { environment: "jsdom", env: { VITE_API_BASE: "http://api.test" } },
});
