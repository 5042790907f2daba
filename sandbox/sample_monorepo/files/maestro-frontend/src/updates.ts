/** Follows workflows over the WebSocket. */

import { apiBase, updatesAddress } from "./address";
import type { WorkflowEvent } from "./types";

const FIRST_DELAY = 500;
const LONGEST_DELAY = 10_000;

/** Milliseconds to wait before connecting again, after so many failures. */
export function retryDelay(failures: number): number {
  return Math.min(FIRST_DELAY * 2 ** failures, LONGEST_DELAY);
}

export interface Listener {
  onEvent: (event: WorkflowEvent) => void;
  onConnected: (connected: boolean) => void;
}

/** Connects, and again whenever the connection is lost, until the returned function is called. */
export function followUpdates(listener: Listener): () => void {
  let socket: WebSocket | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let stopped = false;

  function connect() {
    socket = new WebSocket(updatesAddress(apiBase()));
    socket.onopen = () => {
      failures = 0;
      listener.onConnected(true);
    };
    socket.onmessage = (message) => listener.onEvent(JSON.parse(message.data) as WorkflowEvent);
    socket.onclose = () => {
      listener.onConnected(false);
      if (!stopped) {
        timer = setTimeout(connect, retryDelay(failures++));
      }
    };
  }

  connect();
  return () => {
    stopped = true;
    clearTimeout(timer);
    socket?.close();
  };
}
