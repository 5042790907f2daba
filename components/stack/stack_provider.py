"""What the stack's dynamic providers share: its settings, given once to each provider process, and how that ends."""

import os
import signal
import threading

from pulumi.dynamic import Config, ConfigureRequest, ResourceProvider

# Not on the provider object: that is pickled into the state.
_config: Config


class StackProvider(ResourceProvider):
    """A provider that works by the settings of its stack.

    Pulumi pickles a provider object into the state by the name of its class. It holds nothing, and its methods import
    the code that works, so the state stays the same when that code changes, and a preview in which nothing changes
    loads none of it. The address of GitHub and the token come from the settings and the environment of each run;
    neither is ever part of the state.
    """

    # There is nothing secret in it, and a secret would be hidden from reviews.
    serialize_as_secret_always = False

    def configure(self, req: ConfigureRequest) -> None:
        """Keep the stack's settings for the calls that follow, and end when the engine does."""
        global _config
        _config = req.config
        _end_with_the_engine()


def stack_config() -> Config:
    """The settings of the stack that the process works for."""
    return _config


def _end_with_the_engine() -> None:
    """End this process, and the git that it runs, as soon as the engine is gone.

    A provider outlives an engine that was killed, and would go on pushing beside the `up` that follows. The engine
    holds the other end of its standard input.
    """

    def watch() -> None:
        while os.read(0, 1):
            pass
        if os.getpgrp() == os.getpid():
            os.killpg(0, signal.SIGKILL)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
