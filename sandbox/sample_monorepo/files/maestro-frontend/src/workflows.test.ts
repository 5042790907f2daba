import { expect, test } from "vitest";
import type { Workflow } from "./types";
import { withEvent } from "./workflows";

const first: Workflow = { id: "1", name: "first", template: "default", status: "pending", created_at: "" };

test("a new workflow comes first", () => {
  const second = { ...first, id: "2" };
  expect(withEvent([first], { type: "workflow.created", workflow: second })).toEqual([second, first]);
});

test("a known workflow is replaced where it stands", () => {
  const running: Workflow = { ...first, status: "running" };
  expect(withEvent([first], { type: "workflow.updated", workflow: running })).toEqual([running]);
});
