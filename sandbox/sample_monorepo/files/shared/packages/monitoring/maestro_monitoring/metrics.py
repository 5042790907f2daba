"""Numbers that only grow."""

import threading
from collections import defaultdict

Labels = tuple[tuple[str, str], ...]


class Metrics:
    """Counters by name and labels. May be used from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counters: dict[str, dict[Labels, float]] = defaultdict(lambda: defaultdict(float))

    def count(self, name: str, amount: float = 1, /, **labels: str) -> None:
        """Add to a counter. Raises ValueError for a negative amount."""
        if amount < 0:
            raise ValueError(f"{name} may only grow, not by {amount}")
        with self._lock:
            self._counters[name][tuple(sorted(labels.items()))] += amount

    def text(self) -> str:
        """All counters, https://prometheus.io/docs/instrumenting/exposition_formats/."""
        with self._lock:
            lines = []
            for name, values in sorted(self._counters.items()):
                lines.append(f"# TYPE {name} counter")
                lines += [f"{name}{_braces(labels)} {value:g}" for labels, value in sorted(values.items())]
        return "".join(f"{line}\n" for line in lines)


def _braces(labels: Labels) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escape(value)}"' for name, value in labels) + "}"


def _escape(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
