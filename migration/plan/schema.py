"""The JSON Schema of the plan, for editors: `python -m migration.plan.schema > migration.schema.json`."""

import json
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from migration.plan.model import Plan


class _WithoutTitles(GenerateJsonSchema):
    """Editors show a title in place of the key; the key says it better."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def plan_schema() -> str:
    """The schema as the text of `migration.schema.json` (https://json-schema.org/draft/2020-12)."""
    schema = Plan.model_json_schema(schema_generator=_WithoutTitles)
    dialect = {"$schema": GenerateJsonSchema.schema_dialect, "title": "Plan of a migration"}
    return json.dumps({**dialect, **schema, "title": dialect["title"]}, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    print(plan_schema(), end="")
