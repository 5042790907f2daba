"""In which order?"""

from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter

from maestro_hive.phases import PlanError, Task


def rounds(tasks: Iterable[Task]) -> Iterator[list[Task]]:
    """Tasks that can be done side by side, round after round. Raises PlanError."""
    known = {task.name: task for task in tasks}
    for task in known.values():
        check_needs(task, known)
    sorter = TopologicalSorter({task.name: task.needs for task in known.values()})
    try:
        sorter.prepare()
    except CycleError as error:
        raise PlanError(f"these tasks wait for each other: {' -> '.join(error.args[1])}") from None
    while sorter.is_active():
        ready = sorter.get_ready()
        yield sorted((known[name] for name in ready), key=lambda task: (task.phase, task.name))
        sorter.done(*ready)


def check_needs(task: Task, known: dict[str, Task]) -> None:
    """Raises PlanError when the task needs what does not exist or comes in a later phase."""
    for name in sorted(task.needs):
        if name not in known:
            raise PlanError(f"task {task.name!r} needs {name!r}, which does not exist")
        if known[name].phase > task.phase:
            raise PlanError(f"task {task.name!r} needs {name!r} of a later phase")
