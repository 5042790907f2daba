"""python -m sandbox ROOT [--port N]: run the sandbox here until Ctrl-C. Always on 127.0.0.1."""

import argparse
import sys
from contextlib import suppress
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.network.listening import DEFAULT_PORT, inherited, listen_on
from sandbox.server import serve


def main() -> int:
    """Serve, or say in one sentence why not (exit code 1)."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="A local GitHub on 127.0.0.1.")
    parser.add_argument("root", type=Path, help="folder for its state, made when missing")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="port on 127.0.0.1 (%(default)s)")
    parser.add_argument("--listener", type=int, help=argparse.SUPPRESS)  # the starter's socket, see process
    arguments = parser.parse_args()
    try:
        listener = listen_on(arguments.port) if arguments.listener is None else inherited(arguments.listener)
        if arguments.listener is None:
            print(f"The sandbox listens on http://127.0.0.1:{listener.getsockname()[1]}, Ctrl-C ends it.")
        with suppress(KeyboardInterrupt):
            serve(arguments.root, listener)
    except SandboxError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
