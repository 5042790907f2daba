"""Settings of package indexes in a repository: a second index, credentials in an address, installs without a secret.

pip and uv take a package from whichever index has the highest version: https://pip.pypa.io/en/stable/cli/pip_install/
"""

import re
from collections.abc import Iterable, Iterator, Mapping

_SECOND = re.compile(r"--extra-index-url[ =]|(?:PIP|UV)_EXTRA_INDEX_URL\s*[=:]|^\s*extra-index-url\s*=", re.MULTILINE)
_CREDENTIALS = re.compile(
    r"(?:index|repositor|registry|find-links)[^\n]*?https?://[^\s:/@\"']+:(?![${])[^\s@\"']+@", re.IGNORECASE
)
_DOCUMENTS = (".md", ".rst", ".lock")


def second_indexes(files: Mapping[str, str]) -> Iterator[str]:
    """Lines that add a second index, where anybody may offer a private name, or that hold a password."""
    for path, text in files.items():
        for number, line in enumerate(text.splitlines(), 1):
            if path.endswith(_DOCUMENTS) or line.lstrip().startswith(("#", "//")):
                continue
            if _CREDENTIALS.search(line):
                yield f"{path}:{number}: an index with a password in its address"
            elif _SECOND.search(line):
                yield f"{path}:{number}: a second index, which may offer private names: {line.strip()[:80]}"


def installs_without_secret(dockerfile: str, private: Iterable[str]) -> str:
    """The first RUN that installs a project or a private package and mounts no build secret; "" where there is none.

    private: names of packages. `pip install poetry` brings a tool, and needs no secret.
    """
    lines = dockerfile.replace("\\\n", " ").splitlines()
    runs = [line.strip() for line in lines if line.strip().upper().startswith("RUN ")]
    names = "|".join(map(re.escape, private)) or r"(?!)"
    installs = re.compile(
        r"\b(?:poetry install|uv sync|pdm (?:install|sync))\b"
        rf"|\b(?:pip3?|uv pip) install\b[^&|;]*\s(?:-r|--requirement|-e|\.{{1,2}}[\s/\[\"']|\.$|[\"']?(?:{names})\b)"
    )
    return next((line for line in runs if installs.search(line) and "--mount=type=secret" not in line), "")
