/** Talks to the backend over HTTP. */

import { apiBase } from "./address";
import type { Workflow, WorkflowRequest } from "./types";

export class ApiError extends Error {
  constructor(
    readonly status: number,
    path: string,
  ) {
    super(`${path} answered ${status}`);
  }
}

async function call<Reply>(path: string, options?: RequestInit): Promise<Reply> {
  const response = await fetch(`${apiBase()}${path}`, options);
  if (!response.ok) {
    throw new ApiError(response.status, path);
  }
  return (await response.json()) as Reply;
}

export function listWorkflows(): Promise<Workflow[]> {
  return call("/api/workflows");
}

export function createWorkflow(request: WorkflowRequest): Promise<Workflow> {
  return call("/api/workflows", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(request),
  });
}
