"""Git over HTTPS to one repository on GitHub: list, fetch and push refs. Decides nothing."""

import base64
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from migration.code_move.errors import RemoteError

_REMEDIES = {
    "could not read Username": "The server asked for a token and none was set: set GITHUB_TOKEN.",
    "Authentication failed": "The server refused the token: set GITHUB_TOKEN to one that may read and push here.",
    "The requested URL returned error: 403": "The token may not do this: give it write access to the contents.",
    "not found": "There is no such repository, or the token does not see it.",
    "Failed to connect": "Check the address and the network, and that the server runs.",
    "Could not resolve host": "Check the address and the network.",
    "Connection reset": "The connection broke: run the same command again, it goes on where it stopped.",
    "early EOF": "The connection broke: run the same command again, it goes on where it stopped.",
    "No space left on device": "A disk is full: make room, then run the same command again.",
    "Working directory has": "Commit or stash what is changed in that folder, then run the same command.",
    "non-fast-forward": "Somebody pushed at the same moment: run the same command again.",
    "fetch first": "Somebody pushed at the same moment: run the same command again.",
}

