"""The socket that the sandbox listens on: 127.0.0.1 and nothing else."""

import socket

from sandbox.errors import SandboxError

ADDRESS = "127.0.0.1"
DEFAULT_PORT = 8418


def listen_on(port: int) -> socket.socket:
    """A listening socket on this very port. Raises SandboxError when it is taken or not allowed."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((ADDRESS, port))
        listener.listen(128)
    except (OSError, OverflowError) as error:
        listener.close()
        reason = error.strerror if isinstance(error, OSError) else "ports go from 1 to 65535"
        raise SandboxError(
            f"The sandbox cannot listen on {ADDRESS}:{port}: {reason}. "
            f"Stop the program that uses the port, or give another port, or none to have a free one."
        ) from None
    return listener


def listen_on_first_free(*ports: int) -> socket.socket:
    """A listening socket on the first of these ports that is free, otherwise on any free one."""
    for port in ports:
        try:
            return listen_on(port)
        except SandboxError:
            continue
    return listen_on(0)


def inherited(descriptor: int) -> socket.socket:
    """The listening socket that the starter handed over. Raises SandboxError for any other address."""
    listener = socket.socket(fileno=descriptor)
    address = listener.getsockname()[0]
    if address != ADDRESS:
        listener.close()
        raise SandboxError(f"The sandbox listens on {ADDRESS} only, not on {address}.")
    return listener
