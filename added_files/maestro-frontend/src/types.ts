/** What the backend says about workflows: from the API contract, so that the two cannot differ. */

import type { components } from "./contract";

export type Status = components["schemas"]["Status"];
export type Workflow = components["schemas"]["Workflow"];
export type WorkflowRequest = Pick<components["schemas"]["WorkflowRequest"], "name"> &
  Partial<components["schemas"]["WorkflowRequest"]>;

/** One message of the WebSocket, which OpenAPI has no words for. */
export interface WorkflowEvent {
  type: "workflow.created" | "workflow.updated";
  workflow: Workflow;
}
