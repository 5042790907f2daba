/** Where the backend is. */

export function apiBase(): string {
  const base: string | undefined = import.meta.env.VITE_API_BASE;
  if (!base) {
    throw new Error("VITE_API_BASE is not set: build the frontend with the address of a backend");
  }
  return base.replace(/\/+$/, "");
}

/** http becomes ws, https becomes wss; a path of the base is kept. */
export function updatesAddress(base: string): string {
  return `${base.replace(/^http/, "ws")}/ws`;
}
