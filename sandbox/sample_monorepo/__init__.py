"""maestro-platform, the monorepo that a rehearsal splits: the same commit ids on every machine.

files/       the platform at the head, to be read and changed as any program
history.yaml who did what over three years, a line per commit
story        history.yaml as values
documents    how a file looked on its way to the head
objects      git's objects and its pack format
history      plays the story: from steps to commits
"""

from sandbox.sample_monorepo.history import SampleError
from sandbox.sample_monorepo.making import make_sample_monorepo

__all__ = ["SampleError", "make_sample_monorepo"]
