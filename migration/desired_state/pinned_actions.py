"""The actions that the pipelines use: the one place where each is pinned."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Pin:
    """commit: the 40 hexadecimal digits that `version`, a tag of the action's repository, stands for."""

    commit: str
    version: str


ACTIONS = {
    "actions/checkout": Pin("3d3c42e5aac5ba805825da76410c181273ba90b1", "v7.0.1"),
    "actions/download-artifact": Pin("3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c", "v8.0.1"),
    "actions/setup-node": Pin("820762786026740c76f36085b0efc47a31fe5020", "v7.0.0"),
    "actions/setup-python": Pin("5fda3b95a4ea91299a34e894583c3862153e4b97", "v7.0.0"),
    "actions/upload-artifact": Pin("bbbca2ddaa5d8feaa63e36b76fdaad77386f024f", "v7.0.0"),
    "aws-actions/configure-aws-credentials": Pin("e6de054238d6b7531b4efff3b6587d9aade6a06c", "v6.2.3"),
}
"""Action to pin. To move one, take the commit of a newer tag: `git ls-remote https://github.com/ACTION 'v*'`.

Who gets control of the action's repository can move a tag, but not a commit
(https://docs.github.com/en/actions/reference/security/secure-use#using-third-party-actions).
"""


def pinned(action: str) -> str:
    """What follows `uses:`, with the version in a comment for people."""
    pin = ACTIONS[action]
    return f"{action}@{pin.commit} # {pin.version}"
