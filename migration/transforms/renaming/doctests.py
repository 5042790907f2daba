"""Python code inside other text, renamed as a whole or left as a whole: doctests, and blocks that share their names."""

import doctest
import re
from collections.abc import Callable, Sequence

from libcst import ParserSyntaxError

Code = Callable[[bytes], bytes]
"""Python code with the new name. Raises libcst.ParserSyntaxError."""

Rule = Callable[[str], str]
"""Another language, or prose, with the new name."""

_END = "# end of part {}\n"
_MAGIC = re.compile(r"^(\s*)([%!?].*|.*\?)$")


def parts_renamed(parts: Sequence[str], code: Code) -> list[str] | None:
    """Pieces of one program, whose later ones use the names of earlier ones. None where they are no Python.

    Lines that only IPython reads stay: https://ipython.readthedocs.io/en/stable/interactive/magics.html
    """
    magics: list[str] = []

    def masked(line: str) -> str:
        if (match := _MAGIC.match(line.rstrip("\n"))) is None:
            return line
        magics.append(line)
        return f"{match[1]}pass  # line {len(magics) - 1} of IPython\n"

    joined = "".join(
        "".join(map(masked, f"{part}\n".splitlines(keepends=True))) + _END.format(number)
        for number, part in enumerate(parts)
    )
    try:
        renamed = code(joined.encode()).decode()
    except (ParserSyntaxError, UnicodeError):
        return None
    renamed = re.sub(r"^\s*pass  # line (\d+) of IPython\n", lambda match: magics[int(match[1])], renamed, flags=re.M)
    result = []
    for number in range(len(parts)):
        part, _, renamed = renamed.partition(_END.format(number))
        result.append(part.removesuffix("\n"))
    return result


def examples_renamed(text: str, code: Code, prose: Rule) -> str:
    """Text with doctests: its examples as one program, and the rest by `prose`."""
    try:
        pieces = doctest.DocTestParser().parse(text)
    except ValueError:
        return prose(text)
    examples = [piece for piece in pieces if isinstance(piece, doctest.Example)]
    if not examples:
        return prose(text)
    renamed = parts_renamed([example.source for example in examples], code)
    if renamed is None:
        return text
    lines = text.splitlines(keepends=True)
    for example, source in zip(examples, renamed, strict=True):
        if source.rstrip("\n") != example.source.rstrip("\n"):
            new = source.rstrip("\n").split("\n")
            for number, line in enumerate(new):
                before = lines[example.lineno + number]
                indent = " " * example.indent
                ending = before[len(before.rstrip("\r\n")) :]
                lines[example.lineno + number] = f"{indent}{'>>>' if number == 0 else '...'} {line}".rstrip() + ending
    in_code = {
        example.lineno + number
        for example in examples
        for number in range(len(example.source.rstrip("\n").split("\n")))
    }
    return "".join(line if number in in_code else prose(line) for number, line in enumerate(lines))
