import { CreateWorkflow } from "./CreateWorkflow";
import { WorkflowList } from "./WorkflowList";
import { useWorkflows } from "./workflows";

export function App() {
  const { workflows, connected, failure } = useWorkflows();

  return (
    <main>
      <h1>Workflows</h1>
      <p role="status">{connected ? "Live" : "Connecting…"}</p>
      {failure && <p role="alert">{failure}</p>}
      <CreateWorkflow />
      <WorkflowList workflows={workflows} />
    </main>
  );
}
