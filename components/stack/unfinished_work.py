"""What a person has to finish. A warning: after a program that fails, Pulumi deletes nothing."""

import pulumi


def warn_unfinished(sentence: str | None) -> None:
    """Warn of what a person has to finish; nothing for "". For an output's `apply`.

    The stack's output `unfinished` holds the same sentences, and makes `./multirepo` commands exit with a failure.
    """
    if sentence and not pulumi.runtime.is_dry_run():
        pulumi.log.warn(sentence)
