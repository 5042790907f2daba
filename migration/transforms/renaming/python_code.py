# ruff: noqa: N802 - the visitors are named by libcst
"""A module's name in Python code, by its syntax: what is imported follows, a variable of the same name stays."""

import libcst as cst
from libcst.metadata import (
    MetadataWrapper,
    ParentNodeProvider,
    PositionProvider,
    QualifiedNameProvider,
    QualifiedNameSource,
)

from migration.transforms.renaming.places import PythonModule
from migration.transforms.renaming.text import ModuleInText

_TAKES_A_MODULE = frozenset(
    ("import_module", "__import__", "find_spec", "importorskip", "files", "run_module", "getLogger", "get_data")
)
"""Functions whose first argument is the name of a module: of importlib, pytest, runpy, logging and pkgutil."""


def code_renamed(content: bytes, module: PythonModule, names: ModuleInText) -> tuple[bytes, list[int]]:
    """The code with the new name, and the lines whose strings or comments may mean the module.

    Raises libcst.ParserSyntaxError.
    """
    renamer = _Renamer(module, names)
    tree = MetadataWrapper(cst.parse_module(content), unsafe_skip_copy=True).visit(renamer)
    return tree.bytes, sorted(renamer.doubtful)


class _Renamer(cst.CSTTransformer):
    METADATA_DEPENDENCIES = (QualifiedNameProvider, ParentNodeProvider, PositionProvider)

    def __init__(self, module: PythonModule, names: ModuleInText) -> None:
        super().__init__()
        self._module, self._names = module, names
        self.doubtful: set[int] = set()

    def leave_ImportAlias(self, original_node: cst.ImportAlias, updated_node: cst.ImportAlias) -> cst.ImportAlias:
        """`import synth.registry`, but not `from elsewhere import synth`."""
        if isinstance(self.get_metadata(ParentNodeProvider, original_node), cst.Import):
            return updated_node.with_changes(name=self._first_renamed(updated_node.name))
        return updated_node

    def leave_ImportFrom(self, original_node: cst.ImportFrom, updated_node: cst.ImportFrom) -> cst.ImportFrom:
        """`from synth.registry import ...`, but not `from .synth import ...`."""
        if updated_node.module is None or updated_node.relative:
            return updated_node
        return updated_node.with_changes(module=self._first_renamed(updated_node.module))

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.Name:
        """A use of what `import synth` bound."""
        if original_node.value != self._module.old or self._is_no_expression(original_node):
            return updated_node
        meant = self.get_metadata(QualifiedNameProvider, original_node, set())
        if any(name.source is QualifiedNameSource.IMPORT and self._is_module(name.name) for name in meant):
            return updated_node.with_changes(value=self._module.new)
        return updated_node

    def leave_SimpleString(self, original_node: cst.SimpleString, updated_node: cst.SimpleString) -> cst.SimpleString:
        """`"synth.registry"`, `import_module("synth")`."""
        quote = len(updated_node.prefix) + len(updated_node.quote)
        inner = updated_node.raw_value
        renamed = self._module.new if self._is_argument(original_node, inner) else self._names.renamed(inner)
        self._doubt(original_node, renamed)
        value = updated_node.value
        return updated_node.with_changes(value=value[:quote] + renamed + value[quote + len(inner) :])

    def leave_FormattedStringText(
        self, original_node: cst.FormattedStringText, updated_node: cst.FormattedStringText
    ) -> cst.FormattedStringText:
        """The fixed parts of an f-string."""
        renamed = self._names.renamed(updated_node.value)
        self._doubt(original_node, renamed)
        return updated_node.with_changes(value=renamed)

    def leave_Comment(self, original_node: cst.Comment, updated_node: cst.Comment) -> cst.Comment:
        """Comments are text."""
        renamed = self._names.renamed(updated_node.value)
        self._doubt(original_node, renamed)
        return updated_node.with_changes(value=renamed)

    def _first_renamed(self, name: cst.BaseExpression) -> cst.BaseExpression:
        """`synth.a.b` with another first name."""
        if isinstance(name, cst.Attribute):
            return name.with_changes(value=self._first_renamed(name.value))
        if isinstance(name, cst.Name) and name.value == self._module.old:
            return name.with_changes(value=self._module.new)
        return name

    def _is_no_expression(self, name: cst.Name) -> bool:
        """The name of an attribute, of a keyword argument, or a part of an import."""
        parent = self.get_metadata(ParentNodeProvider, name)
        if isinstance(parent, cst.Attribute):
            return parent.attr is name or self._is_in_import(parent)
        if isinstance(parent, cst.Arg):
            return parent.keyword is name
        return isinstance(parent, cst.ImportAlias | cst.ImportFrom | cst.AsName | cst.Param)

    def _is_in_import(self, node: cst.CSTNode) -> bool:
        while isinstance(node, cst.Attribute):
            node = self.get_metadata(ParentNodeProvider, node)
        return isinstance(node, cst.ImportAlias | cst.ImportFrom)

    def _is_module(self, qualified_name: str) -> bool:
        return qualified_name == self._module.old or qualified_name.startswith(f"{self._module.old}.")

    def _is_argument(self, string: cst.SimpleString, inner: str) -> bool:
        """Whether the whole string names the module to a function that takes one."""
        if inner != self._module.old:
            return False
        argument = self.get_metadata(ParentNodeProvider, string)
        call = self.get_metadata(ParentNodeProvider, argument)
        if not isinstance(call, cst.Call) or not call.args or call.args[0] is not argument:
            return False
        function = call.func.attr if isinstance(call.func, cst.Attribute) else call.func
        return isinstance(function, cst.Name) and function.value in _TAKES_A_MODULE

    def _doubt(self, node: cst.CSTNode, text: str) -> None:
        start = self.get_metadata(PositionProvider, node).start.line
        self.doubtful |= {start + number - 1 for number in self._names.lines_left(text)}
