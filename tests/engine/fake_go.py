"""A `go` that answers as the real one does, in no time: the build's own logic is what these tests are about."""

from __future__ import annotations

from pathlib import Path

from tests.engine.conftest import Machine

SCRIPT = """
here=${0%/*}
case "$1 $*" in
version*) echo "go version go1.26.8 linux/amd64" ;;
"list list -m"*) echo "$here/sdk" ;;
list*)
    echo "go: downloading example.com/module v1.0.0" >&2
    printf 'example.com/one\\nexample.com/two\\n' ;;
build*)
    echo "$$" >>"$here/builds"
    while [ "$1" != -o ]; do shift; done
    @BEFORE_LINKING@
    printf 'example.com/one\\nexample.com/two\\n' >&2
    printf '#!/bin/sh\\necho 6.15.0\\n' >"$2"
    chmod 755 "$2" ;;
esac
"""


def install_fake_go(machine: Machine, before_linking: str = ":") -> Path:
    """Install it; before_linking is shell that runs in each of the two builds. Returns the program."""
    for script in ("python/cmd/pulumi-language-python-exec", "python/dist/pulumi-resource-pulumi-python"):
        file = machine.programs / "sdk" / script
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("#!/bin/sh\n")
    return machine.install("go", SCRIPT.replace("@BEFORE_LINKING@", before_linking))


def builds(machine: Machine) -> int:
    """How many `go build` were started; a whole engine takes two."""
    log = machine.programs / "builds"
    return len(log.read_text().split()) if log.exists() else 0
