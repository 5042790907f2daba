"""The errors of this stage, told apart by who must act. Each message says what, where, and what to do."""


class CodeMoveError(Exception):
    """The history of a monorepo cannot be carried over."""


class SplitError(CodeMoveError):
    """The monorepo's history cannot be split as asked: the person with the plan or the monorepo must act."""


class ProofError(CodeMoveError):
    """A split is not what the plan and the monorepo say: a fault of this program. It must not be pushed."""


class PreflightError(CodeMoveError):
    """The histories hold what must not be pushed: the person with the plan or the monorepo must act."""


class CarryRefusedError(CodeMoveError):
    """A repository on GitHub holds something that a push would lose: a person must decide."""


class BackupError(CodeMoveError):
    """There is no proved copy of the monorepo, so nothing may move: a person must look at the backup repository."""


class RemoteError(CodeMoveError):
    """Git could not talk to a repository on a server.

    missing: the server says that there is no such repository, or does not let this token see it.
    """

    missing: bool = False
