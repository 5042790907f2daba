/** What the backend says about workflows. */

export type Status = "pending" | "running" | "succeeded";

export interface Workflow {
  id: string;
  name: string;
  template: string;
  status: Status;
  created_at: string;
}

export interface WorkflowRequest {
  name: string;
  template?: string;
}

/** One message of the WebSocket. */
export interface WorkflowEvent {
  type: "workflow.created" | "workflow.updated";
  workflow: Workflow;
}
