"""What a stack moves, computed before anything is registered."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pulumi

from components.history.code_move import CodeMoveArgs
from components.packages.private_packages import locking_of
from components.stack.locations import Progress, address_of, monorepo_of, split_histories
from components.stack.settings import Settings
from migration.cutover.frozen import DeliveredHistory, Frozen, brought_back_in, frozen_in, pinned
from migration.cutover.stragglers import Straggler, stragglers
from migration.desired_state import DesiredRepository, DesiredState, DesiredStateError
from migration.git.pipeline_files import project_files
from migration.git.tree_changes import changed_files, in_words
from migration.plan import Plan
from migration.split.splitting import Split
from migration.toolchains.project_files import ProjectFiles
from migration.transforms.tip_trees import tip_trees


@dataclass(frozen=True, kw_only=True)
class PreparedHistories:
    """What a stack moves. owner, server: of the repositories. monorepo: on this machine.

    trees: of the vendor branches' tips that transforms change.

    frozen: repositories that are cut over. In `split` they end where they ended then.
    brought_back: by repository, its commits that rollbacks have returned to the monorepo.
    """

    owner: str
    server: str
    monorepo: Path
    split: Split
    trees: Mapping[str, str]
    frozen: Mapping[str, Frozen]
    brought_back: Mapping[str, Iterable[str]]

    @classmethod
    def of(cls, settings: Settings, plan: Plan, state: DesiredState, progress: Progress) -> "PreparedHistories":
        """Split, proved and transformed. Raises CodeMoveError, TransformError, DesiredStateError."""
        monorepo = monorepo_of(settings)
        frozen = frozen_in(monorepo)
        reject_move_after_cutover(state, frozen)
        whole = split_histories(settings, monorepo, plan.monorepo.default_branch, state, progress)
        split = pinned(whole, frozen)
        locking = locking_of(settings, plan, split)
        trees = tip_trees(plan, split, settings.index_url, locking, pulumi.log.warn, address_of(settings))
        trees |= {name: frozen_repository.carried.tree for name, frozen_repository in frozen.items()}
        return cls(
            owner=settings.owner,
            server=settings.server,
            monorepo=monorepo,
            split=split,
            trees=trees,
            frozen=frozen,
            brought_back=brought_back_in(monorepo),
        )

    def code_of(self, desired: DesiredRepository) -> CodeMoveArgs | None:
        """What the repository takes; None for nothing."""
        tree = self.trees.get(desired.name, "")
        brought_back = sorted(self.brought_back.get(desired.name, ()))
        code = CodeMoveArgs.of(
            self.owner, self.server, desired, self.split.histories.get(desired.name), tree, brought_back
        )
        if code is None or not tree or desired.name in self.frozen:
            return code
        return replace(code, carries=f"{code.carries}; {in_words(changed_files(self.split.git_dir, code.head, tree))}")

    @property
    def project_files(self) -> dict[str, ProjectFiles]:
        """By repository, the files by which its pipelines are rendered: those of the tree that it gets."""
        heads = {name: history.head for name, history in self.split.histories.items() if history.head}
        return {name: project_files(self.split.git_dir, self.trees.get(name) or head) for name, head in heads.items()}

    def carried(self, name: str) -> DeliveredHistory | None:
        """What the repository of this name gets; None when nothing of the monorepo's history is for it."""
        history = self.split.histories.get(name)
        if history is None or history.head is None:
            return None
        return DeliveredHistory(head=history.head, tree=self.trees.get(name, ""), tags=history.tags)

    def stragglers(self, plan: Plan, state: DesiredState) -> list[Straggler]:
        """Commits in frozen folders, which no repository has."""
        return stragglers(self.monorepo, plan, state.repositories, self.frozen)


def reject_move_after_cutover(state: DesiredState, frozen: Mapping[str, Frozen]) -> None:
    """Reject moving a repository that is cut over: only a rollback unfreezes its folders and returns its commits."""
    if faults := [
        f"multirepo:waves.{repository.wave} in the stack file: {repository.name} is cut over, so its wave cannot be "
        f"moving. To take it back, first run: pulumi config set --path 'multirepo:waves.{repository.wave}' rolled_back "
        "&& pulumi up"
        for repository in state.repositories
        if repository.name in frozen and not repository.cut_over and not repository.archived
    ]:
        raise DesiredStateError("\n".join(faults))
