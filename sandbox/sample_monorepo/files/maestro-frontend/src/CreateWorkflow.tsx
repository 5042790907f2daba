import { type FormEvent, useState } from "react";
import { createWorkflow } from "./api";

export function CreateWorkflow() {
  const [name, setName] = useState("");
  const [failure, setFailure] = useState<string>();

  async function submit(event: FormEvent) {
    event.preventDefault();
    try {
      await createWorkflow({ name });
      setName("");
      setFailure(undefined);
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
    }
  }

  return (
    <form onSubmit={submit}>
      <label>
        Name of the workflow
        <input value={name} onChange={(event) => setName(event.target.value)} maxLength={120} required />
      </label>
      <button type="submit">Create</button>
      {failure && <p role="alert">{failure}</p>}
    </form>
  );
}
