# ruff: noqa: N802 - the visitors are named by libcst
"""A module's name in Python code, by its syntax: what is imported follows, a variable of the same name stays."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import libcst as cst
from libcst.metadata import (
    MetadataWrapper,
    ParentNodeProvider,
    PositionProvider,
    QualifiedNameProvider,
    QualifiedNameSource,
)

from migration.transforms.renaming.doctests import examples_renamed
from migration.transforms.renaming.places import PythonModule
from migration.transforms.renaming.string_slots import follows_dash_m, is_dotted_path
from migration.transforms.renaming.text import ModuleInText

_OF_DISTRIBUTIONS = ("importlib.metadata.", "importlib_metadata.", "pkg_resources.")


@dataclass(frozen=True, kw_only=True)
class RenamedCode:
    """code: with the new name. doubtful: lines of it whose strings or comments still have the old name.

    outside_syntax: lines whose comments or docstrings were changed.
    """

    code: bytes
    doubtful: list[int] = field(default_factory=list)
    outside_syntax: list[int] = field(default_factory=list)


def code_renamed(
    content: bytes, names: ModuleInText, package: str = "", distributions: Mapping[str, str] | None = None
) -> RenamedCode:
    """Python code after the renaming.

    package: that the code is in, dotted; relative imports start there. distributions: the old name of a distribution
    to its new name. Raises libcst.ParserSyntaxError.
    """
    renamer = _Renamer(names, package, distributions or {})
    tree = MetadataWrapper(cst.parse_module(content), unsafe_skip_copy=True).visit(renamer)
    return RenamedCode(
        code=tree.bytes, doubtful=sorted(renamer.doubtful), outside_syntax=sorted(renamer.outside_syntax)
    )


class _Renamer(cst.CSTTransformer):
    METADATA_DEPENDENCIES = (QualifiedNameProvider, ParentNodeProvider, PositionProvider)

    def __init__(self, names: ModuleInText, package: str, distributions: Mapping[str, str]) -> None:
        super().__init__()
        self._names, self._package, self._distributions = names, package, distributions
        self._module: PythonModule = names.module
        self._new = cst.parse_expression(self._module.new)
        self.doubtful: set[int] = set()
        self.outside_syntax: set[int] = set()

    def leave_ImportAlias(self, original_node: cst.ImportAlias, updated_node: cst.ImportAlias) -> cst.ImportAlias:
        """`import synth.registry`, but not `from elsewhere import synth`."""
        if isinstance(self._parent(original_node), cst.Import):
            return updated_node.with_changes(name=self._start_renamed(updated_node.name))
        return updated_node

    def leave_ImportFrom(self, original_node: cst.ImportFrom, updated_node: cst.ImportFrom) -> cst.ImportFrom:
        """`from synth.registry import ...`, `from acme import synth`; relative ones from where the code is."""
        start = self._start(len(updated_node.relative))
        written = _dotted(updated_node.module) if updated_node.module else ""
        if start is None or self._names is None:
            return updated_node
        full = ".".join(filter(None, (start, written)))
        if self._is_module(full):
            renamed = (self._module.new + full.removeprefix(self._module.old)).removeprefix(
                f"{start}." if start else ""
            )
            return updated_node.with_changes(module=cst.parse_expression(renamed))
        holder, _, leaf = self._module.old.rpartition(".")
        if holder and full == holder and not isinstance(updated_node.names, cst.ImportStar):
            return self._members_renamed(original_node, updated_node, leaf)
        return updated_node

    def _members_renamed(self, original: cst.ImportFrom, node: cst.ImportFrom, leaf: str) -> cst.ImportFrom:
        """`from acme import synth` becomes `from acme import ml as synth`, so that every use stays."""
        new_holder, _, new_leaf = self._module.new.rpartition(".")
        aliases = list(node.names) if not isinstance(node.names, cst.ImportStar) else []
        places = [index for index, alias in enumerate(aliases) if _dotted(alias.name) == leaf]
        same_holder = new_holder == self._module.old.rpartition(".")[0]
        if not places or not (same_holder or (len(aliases) == 1 and not node.relative)):
            self.doubtful |= {self._line(original)} if places else set()
            return node
        for index in places:
            name = cst.AsName(name=cst.Name(leaf))
            aliases[index] = aliases[index].with_changes(name=cst.Name(new_leaf), asname=aliases[index].asname or name)
        module = node.module if same_holder else cst.parse_expression(new_holder)
        return node.with_changes(names=aliases, module=module)

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.BaseExpression:
        """A use of what `import synth` bound."""
        return self._use_renamed(original_node, updated_node) if self._is_expression(original_node) else updated_node

    def leave_Attribute(self, original_node: cst.Attribute, updated_node: cst.Attribute) -> cst.BaseExpression:
        """A use of what `import acme.synth` bound."""
        if "." in self._module.old and not self._is_in_import(original_node):
            return self._use_renamed(original_node, updated_node)
        return updated_node

    def _use_renamed(
        self, original: cst.Name | cst.Attribute, updated: cst.Name | cst.Attribute
    ) -> cst.Name | cst.Attribute:
        if _dotted(original) != self._module.old:
            return updated
        meant = self.get_metadata(QualifiedNameProvider, original, set())
        if any(name.source is QualifiedNameSource.IMPORT and self._is_module(name.name) for name in meant):
            assert isinstance(self._new, cst.Name | cst.Attribute)
            return self._new.deep_clone()
        return updated

    def leave_SimpleString(self, original_node: cst.SimpleString, updated_node: cst.SimpleString) -> cst.SimpleString:
        """A string, by its place: `import_module("synth")` follows, `topic = "synth.events"` stays."""
        quote = len(updated_node.prefix) + len(updated_node.quote)
        inner = updated_node.raw_value
        renamed = inner if not self._names.has_word(inner) else self._string_renamed(original_node, inner)
        self._note(original_node, inner, renamed)
        value = updated_node.value
        return updated_node.with_changes(value=value[:quote] + renamed + value[quote + len(inner) :])

    def _string_renamed(self, node: cst.SimpleString, inner: str) -> str:
        if self._is_docstring(node):
            return examples_renamed(inner, lambda code: code_renamed(code, self._names).code, self._names.prose)
        if (distribution := self._distribution(node, inner)) is not None:
            return distribution
        whole = self._names.dotted(inner)
        if whole and (follows_dash_m(node, self._parent) or is_dotted_path(node, self._parent)):
            return whole
        start = f"{self._module.old}."
        if inner.startswith(start) and inner.endswith(".") and is_dotted_path(node, self._parent):
            return self._module.new + inner.removeprefix(self._module.old)
        return self._names.command(self._names.paths(inner))

    def leave_FormattedString(
        self, original_node: cst.FormattedString, updated_node: cst.FormattedString
    ) -> cst.FormattedString:
        """`import_module(f"synth.{name}")`; what else is in an f-string stays."""
        first, start = updated_node.parts[0] if updated_node.parts else None, f"{self._module.old}."
        if isinstance(first, cst.FormattedStringText):
            text = first.value
            if text.startswith(start) and is_dotted_path(original_node, self._parent):
                moved = first.with_changes(value=self._module.new + text.removeprefix(self._module.old))
                updated_node = updated_node.with_changes(parts=[moved, *updated_node.parts[1:]])
        for part in updated_node.parts:
            if isinstance(part, cst.FormattedStringText) and self._names.has_word(part.value):
                self.doubtful.add(self._line(original_node))
        return updated_node

    def leave_Comment(self, original_node: cst.Comment, updated_node: cst.Comment) -> cst.Comment:
        """Comments are prose."""
        renamed = self._names.prose(updated_node.value)
        self._note(original_node, updated_node.value, renamed)
        return updated_node.with_changes(value=renamed)

    def _distribution(self, node: cst.SimpleString, inner: str) -> str | None:
        """The new name of a distribution, where `importlib.metadata` is asked for it."""
        call = self._parent(self._parent(node) or node)
        if inner not in self._distributions or not isinstance(call, cst.Call):
            return None
        meant = self.get_metadata(QualifiedNameProvider, call.func, set())
        known = any(name.name.startswith(_OF_DISTRIBUTIONS) for name in meant)
        return self._distributions[inner] if known else None

    def _is_docstring(self, node: cst.SimpleString) -> bool:
        return isinstance(self._parent(node), cst.Expr)

    def _start(self, level: int) -> str | None:
        """Where a relative import starts; "" for an absolute one, None where the code's package is not known."""
        if not level:
            return ""
        parts = self._package.split(".") if self._package else []
        return ".".join(parts[: len(parts) - level + 1]) if level <= len(parts) else None

    def _start_renamed(self, name: cst.BaseExpression) -> cst.BaseExpression:
        """`synth.a.b` with another start."""
        if _dotted(name) == self._module.old:
            return self._new.deep_clone()
        if isinstance(name, cst.Attribute):
            return name.with_changes(value=self._start_renamed(name.value))
        return name

    def _is_expression(self, name: cst.Name) -> bool:
        """Not the name of an attribute or of a keyword argument, nor a part of an import."""
        parent = self._parent(name)
        if isinstance(parent, cst.Attribute):
            return parent.attr is not name and not self._is_in_import(parent)
        if isinstance(parent, cst.Arg):
            return parent.keyword is not name
        return not isinstance(parent, cst.ImportAlias | cst.ImportFrom | cst.AsName | cst.Param)

    def _is_in_import(self, node: cst.CSTNode | None) -> bool:
        while isinstance(node, cst.Attribute):
            node = self._parent(node)
        return isinstance(node, cst.ImportAlias | cst.ImportFrom)

    def _is_module(self, name: str) -> bool:
        return name == self._module.old or name.startswith(f"{self._module.old}.")

    def _parent(self, node: cst.CSTNode) -> cst.CSTNode | None:
        return self.get_metadata(ParentNodeProvider, node, None)

    def _line(self, node: cst.CSTNode) -> int:
        return int(self.get_metadata(PositionProvider, node).start.line)

    def _note(self, node: cst.CSTNode, before: str, after: str) -> None:
        start = self._line(node)
        self.doubtful |= {start + number - 1 for number in self._names.lines_left(after)}
        pairs = enumerate(zip(before.splitlines(), after.splitlines(), strict=False))
        self.outside_syntax |= {start + number for number, (old, new) in pairs if old != new}


def _dotted(node: cst.BaseExpression) -> str:
    match node:
        case cst.Attribute(value=value, attr=attribute):
            return f"{_dotted(value)}.{attribute.value}"
        case cst.Name(value=name):
            return name
    return ""
