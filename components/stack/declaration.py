"""How components are declared: options that read as words, names that cannot collide, and names of earlier releases."""

from collections.abc import Awaitable, Callable, Collection
from typing import Any, TypeVar

import pulumi

Args = TypeVar("Args")
Component = TypeVar("Component")


def declare(
    component: Callable[[str, Args, pulumi.ResourceOptions], Component],
    name: str,
    args: Args | None,
    options: pulumi.ResourceOptions,
) -> Component | None:
    """The component, or None where the plan asks for nothing of it: then nothing is registered."""
    return None if args is None else component(name, args, options)


def child_name(parent: str, *parts: str) -> str:
    """A name such as `engine/environments/production`.

    No name on GitHub that comes first has a slash, and a slash in one that follows is quoted: no two resources of any
    plan have the same name.
    """
    return f"{parent}/{part_name(*parts)}"


def part_name(*parts: str) -> str:
    """The name of a part below its component, such as `branch/release%2F*`; see `child_name`."""
    return "/".join(part.replace("%", "%25").replace("/", "%2F") for part in parts)


def last_part(name: str) -> str:
    """The last of the parts that `child_name` put together."""
    return name.rpartition("/")[2].replace("%2F", "/").replace("%25", "%")


def inside(
    parent: pulumi.Resource,
    *,
    formerly: str = "",
    is_archived: bool = False,
    ignore_changes: Collection[str] = (),
    **options: Any,
) -> pulumi.ResourceOptions:
    """Options of a component's child.

    formerly: its name in the first release. is_archived: of the repository; then nothing of it changes, because GitHub
    refuses every write, and one would fail the whole run. import_: where GitHub has it and the state lacks it.
    """
    aliases = [pulumi.Alias(name=formerly)] if formerly else None
    ignored = ["*"] if is_archived else list(ignore_changes)
    return pulumi.ResourceOptions(parent=parent, aliases=aliases, ignore_changes=ignored or None, **options)


def renamed(options: pulumi.ResourceOptions | None, formerly: str) -> pulumi.ResourceOptions:
    """The options of a component that had another name in the first release."""
    return pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(aliases=[pulumi.Alias(name=formerly)]))


def moved_from(options: pulumi.ResourceOptions | None, formerly: str) -> list[pulumi.Alias]:
    """The alias of a child that the first release registered beside its present parent, and not below it.

    options: of that parent.
    """
    parent = options.parent if options and options.parent else pulumi.ROOT_STACK_RESOURCE
    return [pulumi.Alias(name=formerly, parent=parent)]


def retain_on_github(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
    """A transform: what leaves the plan stays on GitHub, see docs/adr/0029.

    Without it, labels would disappear from all issues, vulnerability alerts would stop, and all actions could run.
    Deletion by name could also meet another repository: GitHub redirects the names of renamed ones.
    """
    if not args.type_.startswith("github:"):
        return None
    options = pulumi.ResourceOptions.merge(args.opts, pulumi.ResourceOptions(retain_on_delete=True))
    return pulumi.ResourceTransformResult(args.props, options)


def after(
    options: pulumi.ResourceOptions, *resources: pulumi.Resource | Awaitable[pulumi.Resource] | None
) -> pulumi.ResourceOptions:
    """Wait for resources that no input of this one comes from: GitHub refuses what comes too early."""
    return pulumi.ResourceOptions.merge(
        options, pulumi.ResourceOptions(depends_on=[resource for resource in resources if resource is not None])
    )
