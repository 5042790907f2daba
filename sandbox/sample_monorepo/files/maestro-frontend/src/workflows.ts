/** The list of workflows, kept in step with the backend. */

import { useEffect, useState } from "react";
import { listWorkflows } from "./api";
import type { Workflow, WorkflowEvent } from "./types";
import { followUpdates } from "./updates";

/** The list after an event: a known workflow is replaced, a new one comes first. */
export function withEvent(workflows: Workflow[], { workflow }: WorkflowEvent): Workflow[] {
  if (workflows.some((known) => known.id === workflow.id)) {
    return workflows.map((known) => (known.id === workflow.id ? workflow : known));
  }
  return [workflow, ...workflows];
}

export interface Workflows {
  workflows: Workflow[];
  connected: boolean;
  failure: string | undefined;
}

export function useWorkflows(): Workflows {
  const [workflows, setWorkflows] = useState<Workflow[]>([]);
  const [connected, setConnected] = useState(false);
  const [failure, setFailure] = useState<string>();

  useEffect(
    () =>
      followUpdates({
        onEvent: (event) => setWorkflows((known) => withEvent(known, event)),
        onConnected: (now) => {
          setConnected(now);
          if (now) {
            // What happened while we were away is read again.
            listWorkflows().then(
              (all) => {
                setWorkflows(all);
                setFailure(undefined);
              },
              (error: Error) => setFailure(error.message),
            );
          }
        },
      }),
    [],
  );

  return { workflows, connected, failure };
}
