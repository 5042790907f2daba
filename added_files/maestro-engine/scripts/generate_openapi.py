"""Write the API contract to openapi.json."""

import json

from fastapi.openapi.utils import get_openapi
from src.main import app

openapi_schema = get_openapi(title="Maestro Engine API", version="1.0.0", routes=app.routes)

with open("openapi.json", "w") as contract:
    json.dump(openapi_schema, contract, indent=2)
    contract.write("\n")

print("OpenAPI spec generated: openapi.json")
