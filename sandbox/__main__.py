"""python -m sandbox: run the sandbox in this terminal until Ctrl-C. Always on 127.0.0.1."""

import argparse
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from starlette.applications import Starlette

from sandbox.errors import SandboxError
from sandbox.network.listening import DEFAULT_PORT, inherited, listen_on
from sandbox.server import serve
from sandbox.tenant.tenants import LOGIN, TENANT_NAME, Tenants


def main() -> int:
    """Serve, or say in one sentence why not (exit code 1)."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="A local GitHub on 127.0.0.1.")
    parser.add_argument("root", type=Path, help="folder for its state, made when missing")
    parser.add_argument(
        "--port", type=int, default=DEFAULT_PORT, help="port on 127.0.0.1 (%(default)s); 0: any free one"
    )
    parser.add_argument("--tenant", help="create this tenant, and write its token to ROOT/tokens/TENANT")
    parser.add_argument("--organization", default="maestro", help="organization of the tenant (%(default)s)")
    parser.add_argument("--listener", type=int, help=argparse.SUPPRESS)  # the starter's socket, see process
    arguments = parser.parse_args()
    try:
        listener = listen_on(arguments.port) if arguments.listener is None else inherited(arguments.listener)
        prepare: Callable[[Starlette], None] | None = None
        if arguments.listener is None:
            address = f"http://127.0.0.1:{listener.getsockname()[1]}"
            print(f"The sandbox listens on {address}. Ctrl-C stops it.", flush=True)
            if arguments.tenant:
                prepare = _tenant(arguments.root, address, arguments.tenant, arguments.organization)
        with suppress(KeyboardInterrupt):
            serve(arguments.root, listener, prepare)
    except SandboxError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _tenant(root: Path, address: str, name: str, organization: str) -> Callable[[Starlette], None]:
    """What creates the tenant, writes the token of its owner, and prints how to reach it."""
    if not TENANT_NAME.fullmatch(name) or not LOGIN.fullmatch(organization):
        raise SandboxError(f"--tenant {name} --organization {organization}: Not a tenant's name or not a GitHub login.")

    def prepare(app: Starlette) -> None:
        tenants: Tenants = app.state.tenants
        tenant = tenants.get(name) or tenants.create(name, organization)
        file = root / "tokens" / name
        file.parent.mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            stream.write(tenant.first_owner()[1].value)
        print(f"REST     {address}/{name}/api/v3", f"GraphQL  {address}/{name}/api/graphql", sep="\n")
        print(f"git      {address}/{name}/{tenant.organization().login}/REPOSITORY.git")
        print(f"token    {file}", flush=True)

    return prepare


if __name__ == "__main__":
    sys.exit(main())
