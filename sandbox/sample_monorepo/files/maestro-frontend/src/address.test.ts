import { expect, test } from "vitest";
import { apiBase, updatesAddress } from "./address";

test("the backend is where VITE_API_BASE says", () => {
  expect(apiBase()).toBe("http://api.test");
});

test("updates come from the same place, path included", () => {
  expect(updatesAddress("https://example.com/api")).toBe("wss://example.com/api/ws");
});
