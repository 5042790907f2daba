import { expect, test } from "vitest";
import { retryDelay } from "./updates";

test("each failure doubles the wait, up to ten seconds", () => {
  expect([0, 1, 2, 10].map(retryDelay)).toEqual([500, 1000, 2000, 10_000]);
});
