import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { CreateWorkflow } from "./CreateWorkflow";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function create(name: string) {
  render(<CreateWorkflow />);
  fireEvent.change(screen.getByLabelText("Name of the workflow"), { target: { value: name } });
  fireEvent.click(screen.getByRole("button", { name: "Create" }));
}

test("a workflow is posted to the backend", async () => {
  const fetch = vi.fn(async () => new Response("{}", { status: 201 }));
  vi.stubGlobal("fetch", fetch);
  create("Übung");
  await vi.waitFor(() => expect(screen.getByLabelText("Name of the workflow")).toHaveProperty("value", ""));
  expect(fetch).toHaveBeenCalledWith(
    "http://api.test/api/workflows",
    expect.objectContaining({ method: "POST", body: '{"name":"Übung"}' }),
  );
});

test("a refusal of the backend is shown", async () => {
  vi.stubGlobal("fetch", async () => new Response("", { status: 401 }));
  create("denied");
  expect((await screen.findByRole("alert")).textContent).toContain("401");
});
