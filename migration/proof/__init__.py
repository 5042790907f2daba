"""The proof of a split: everything that it promises, found out a second time by other means.

It trusts the plan and git, and shares no code with the split but the running of git. It says what a split must be:

- each commit of the map has the tree that the moves make of its monorepo commit's folders;
- each commit that is not in the map changes nothing: its nearest kept ancestor has the same files;
- parents are the nearest kept ancestors of the parents, each once; nothing else is in the new history;
- author, committer, every other header and the message arrive byte by byte; signatures, which would be invalid, go;
- the head has every file that the plan assigns, and no other; each tag that follows is on its commit.
"""

from migration.proof.proving import Proof, proof_of, prove_split, second_run_failures
from migration.proof.repository_proof import RepositoryProof

__all__ = ["Proof", "RepositoryProof", "proof_of", "prove_split", "second_run_failures"]
