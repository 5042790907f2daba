"""How the text of an environment variable becomes a value."""

TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off", ""})


def read_bool(text: str) -> bool:
    """Whether the text says yes. Raises ValueError when it says neither yes nor no."""
    word = text.strip().lower()
    if word not in TRUE | FALSE:
        raise ValueError("expected yes or no")
    return word in TRUE


def read_list(text: str) -> tuple[str, ...]:
    """The comma-separated parts, without surrounding blanks and without empty ones."""
    parts = (part.strip() for part in text.split(","))
    return tuple(part for part in parts if part)


def read_number(text: str) -> int:
    """A whole number. Raises ValueError when the text is none."""
    try:
        return int(text)
    except ValueError:
        raise ValueError("expected a whole number") from None
