"""Custom properties of repositories. https://docs.github.com/rest/orgs/custom-properties"""

from dataclasses import dataclass
from typing import Any, ClassVar

from sandbox.tenant.entities import Record, RepositoryRecord
from sandbox.tenant.store import Store

VALUE_TYPES = ("string", "single_select", "multi_select", "true_false", "url")


@dataclass(frozen=True, kw_only=True)
class CustomProperty(Record):
    """A property that the organization defines for its repositories."""

    record_kind: ClassVar[str] = "CustomProperty"

    organization_id: int
    property_name: str
    value_type: str
    required: bool = False
    default_value: Any = None
    description: str | None = None
    allowed_values: tuple[str, ...] | None = None
    values_editable_by: str = "org_actors"

    @property
    def key(self) -> tuple[str, ...]:
        """By organization and name."""
        return (str(self.organization_id), self.property_name.lower())


@dataclass(frozen=True, kw_only=True)
class PropertyValue(Record):
    """The value that one repository has."""

    record_kind: ClassVar[str] = "PropertyValue"

    repository_id: int
    property_name: str
    value: Any

    @property
    def key(self) -> tuple[str, ...]:
        """By repository and property."""
        return (str(self.repository_id), self.property_name.lower())


def property_values(store: Store, repository: RepositoryRecord) -> dict[str, Any]:
    """The repository's properties: a value of its own, otherwise the default of a required property."""
    values: dict[str, Any] = {
        definition.property_name: definition.default_value
        for definition in store.all(CustomProperty, str(repository.owner_id))
        if definition.required
    }
    for each in store.all(PropertyValue, str(repository.id)):
        values[each.property_name] = list(each.value) if isinstance(each.value, tuple) else each.value
    return values
