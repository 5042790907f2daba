import type { Workflow } from "./types";

export function WorkflowList({ workflows }: { workflows: Workflow[] }) {
  if (workflows.length === 0) {
    return <p>There are no workflows yet.</p>;
  }

  return (
    <ul>
      {workflows.map((workflow) => (
        <li key={workflow.id}>
          {workflow.name} <span className={`status ${workflow.status}`}>{workflow.status}</span>
        </li>
      ))}
    </ul>
  );
}
