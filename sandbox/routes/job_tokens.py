"""What verifies the tokens of jobs: OpenID Connect Discovery, at the addresses of an Enterprise Server.

https://docs.github.com/actions/reference/security/oidc
"""

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from sandbox.records.job_tokens import public_keys
from sandbox.tenant.sites import site_of


async def get_keys(request: Request) -> Response:
    """The keys that verify the tokens; GitHub serves its own below the address of the issuer."""
    tenant = request.app.state.tenants.get(request.path_params["tenant"])
    if tenant is None:
        return PlainTextResponse("There is no such tenant.", 404)
    return JSONResponse({"keys": public_keys(tenant.store)})


async def get_configuration(request: Request) -> Response:
    """The document of OpenID Connect Discovery. https://openid.net/specs/openid-connect-discovery-1_0.html"""
    tenant = request.app.state.tenants.get(request.path_params["tenant"])
    if tenant is None:
        return PlainTextResponse("There is no such tenant.", 404)
    issuer = f"{site_of(request, tenant).html}/_services/token"
    return JSONResponse(
        {
            "issuer": issuer,
            "jwks_uri": f"{issuer}/.well-known/jwks",
            "subject_types_supported": ["public", "pairwise"],
            "response_types_supported": ["id_token"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid"],
        }
    )


ROUTES = [
    Route("/{tenant}/_services/token/.well-known/openid-configuration", get_configuration, methods=["GET"]),
    Route("/{tenant}/_services/token/.well-known/jwks", get_keys, methods=["GET"]),
]
