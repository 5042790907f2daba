"""The ids of the stack's repositories on GitHub, for resources that are registered before the repositories."""

import asyncio

import pulumi


class RepositoryNumbers:
    """Name of a repository to its id, which is known as soon as the repository exists.

    owner: the owner's id; None for a GitHub Enterprise Server, whose tokens name no ids.
    """

    def __init__(self, owner: int | None) -> None:
        self.owner = owner
        self._numbers: dict[str, asyncio.Future[pulumi.Output[int]]] = {}

    def of(self, repository: str) -> pulumi.Output[int]:
        """Resolves once `add` was called for the repository; each one that is asked for must be added."""
        number: pulumi.Output[int] = pulumi.Output.from_input(self._resolved(repository))  # type: ignore[arg-type]
        return number.apply(int)

    def add(self, repository: str, number: pulumi.Output[int]) -> None:
        """number: the id that the repository gets."""
        self._future(repository).set_result(number)

    async def _resolved(self, repository: str) -> pulumi.Output[int]:
        return await self._future(repository)

    def _future(self, repository: str) -> "asyncio.Future[pulumi.Output[int]]":
        if repository not in self._numbers:
            self._numbers[repository] = asyncio.get_event_loop().create_future()
        return self._numbers[repository]
