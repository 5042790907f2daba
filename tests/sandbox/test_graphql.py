"""GraphQL: what the provider and the stack ask, in GitHub's shapes and words."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLUnionType,
    build_schema,
    is_required_argument,
    is_required_input_field,
)

from sandbox.daemon.administration import TenantAccess
from sandbox.graphql.execution import schema
from tests.sandbox.conftest import Git
from tests.sandbox.descriptions import GRAPHQL, npm_file

Ask = Callable[..., dict[str, Any]]
CREATE = """mutation($input:CreateBranchProtectionRuleInput!){
    createBranchProtectionRule(input: $input){branchProtectionRule{id}}}"""
UPDATE = CREATE.replace("Create", "Update").replace("create", "update")
READ = """query($id:ID!){node(id: $id){... on BranchProtectionRule{
    repository{id,name},
    pushAllowances(first: 100){nodes{actor{
        ... on App{id,name,slug},... on Team{id,name,slug},... on User{id,name,login}}}},
    bypassForcePushAllowances(first: 100){nodes{actor{... on App{id,name,slug}}}},
    allowsDeletions,allowsForcePushes,blocksCreations,dismissesStaleReviews,id,isAdminEnforced,pattern,
    requiredApprovingReviewCount,requiredStatusCheckContexts,requiresApprovingReviews,requiresCodeOwnerReviews,
    requiresCommitSignatures,requiresLinearHistory,requiresConversationResolution,requiresStatusChecks,
    requiresStrictStatusChecks,restrictsPushes,restrictsReviewDismissals,requireLastPushApproval,lockBranch}}}"""


@pytest.fixture
def ask(api: httpx.Client, world: TenantAccess) -> Ask:
    """Ask GraphQL as the organization's owner; the whole answer."""

    def run(query: str, by: httpx.Client = api, **variables: Any) -> dict[str, Any]:
        answer = by.post(world.graphql_url, json={"query": query, "variables": variables})
        assert answer.status_code == 200
        result: dict[str, Any] = answer.json()
        return result

    return run


def node_id(api: httpx.Client, path: str) -> str:
    return str(api.get(path).json()["node_id"])


def test_a_request_without_a_token_is_refused(world: TenantAccess) -> None:
    answer = httpx.post(world.graphql_url, json={"query": "{viewer{login}}"})
    assert (answer.status_code, answer.json()["message"]) == (401, "This endpoint requires you to be authenticated.")


def test_several_repositories_are_read_by_one_query(ask: Ask, repository: str, api: httpx.Client) -> None:
    api.post("orgs/maestro/repos", json={"name": "site", "private": True})
    fields = "name isArchived isEmpty visibility defaultBranchRef{name target{oid}}"
    answer = ask(
        f'{{one:repository(owner:"maestro",name:"engine"){{{fields}}}'
        f' two:repository(owner:"maestro",name:"site"){{{fields}}} three:repository(owner:"maestro",name:"x"){{id}}}}'
    )
    first, two, three = answer["data"].values()
    assert (first["name"], first["visibility"], first["defaultBranchRef"]["name"]) == ("engine", "PUBLIC", "main")
    assert (two["isEmpty"], two["visibility"], two["defaultBranchRef"]) == (True, "PRIVATE", None)
    assert three is None
    [error] = answer["errors"]
    assert (error["type"], error["path"]) == ("NOT_FOUND", ["three"])
    assert error["message"] == "Could not resolve to a Repository with the name 'maestro/x'."


def test_a_private_repository_does_not_exist_for_others(ask: Ask, api: httpx.Client, as_user: Any) -> None:
    api.post("orgs/maestro/repos", json={"name": "site", "private": True})
    stranger = as_user("mallory", role="outsider")
    query = '{repository(owner:"maestro",name:"site"){id}}'
    assert ask(query, stranger)["errors"][0]["type"] == "NOT_FOUND"
    query = "query($id:ID!){node(id:$id){id}}"
    assert ask(query, stranger, id=node_id(api, "repos/maestro/site"))["data"] == {"node": None}


def test_a_node_that_is_not_there_is_an_error_in_the_words_that_the_provider_looks_for(ask: Ask) -> None:
    answer = ask("query($id:ID!){node(id:$id){id}}", id="BPR_kgDOAAAAAQ")
    assert answer["data"] == {"node": None}
    assert "Could not resolve to a node with the global id" in answer["errors"][0]["message"]


def test_of_several_nodes_those_that_are_gone_are_null_beside_the_others(ask: Ask, repository: str) -> None:
    found = ask('query($owner:String!){repository(owner:$owner, name:"engine"){id}}', owner="maestro")["data"]
    ids = [found["repository"]["id"], "R_gone"]
    answer = ask("query($ids:[ID!]!){nodes(ids: $ids){... on Repository{name}}}", ids=ids)
    assert answer["data"]["nodes"] == [{"name": "engine"}, None]
    (error,) = answer["errors"]
    assert (error["type"], error["path"]) == ("NOT_FOUND", ["nodes", 1])


def test_a_field_that_github_does_not_have_is_refused_in_its_words(ask: Ask) -> None:
    [error] = ask("{viewer{shoeSize}}")["errors"]
    assert error["message"] == "Field 'shoeSize' doesn't exist on type 'User'"
    assert error["extensions"]["code"] == "undefinedField"


def test_a_protection_rule_is_made_read_changed_and_deleted(ask: Ask, repository: str, api: httpx.Client) -> None:
    node, user = node_id(api, repository), node_id(api, "user")
    values = {
        "repositoryId": node,
        "pattern": "main",
        "requiresStatusChecks": True,
        "requiredStatusCheckContexts": ["lint", "test"],
        "restrictsPushes": True,
        "pushActorIds": [user],
        "reviewDismissalActorIds": None,
        "isAdminEnforced": True,
    }
    rule = ask(CREATE, input=values)["data"]["createBranchProtectionRule"]["branchProtectionRule"]["id"]
    rule_node = ask(READ, id=rule)["data"]["node"]
    assert rule_node["requiredStatusCheckContexts"] == ["lint", "test"]
    [allowance] = rule_node["pushAllowances"]["nodes"]
    assert (allowance["actor"]["login"], "slug" in allowance["actor"]) == ("maestro-owner", False)
    assert api.get(f"{repository}/branches/main/protection").json()["enforce_admins"]["enabled"] is True
    ask(UPDATE, input={"branchProtectionRuleId": rule, "pattern": "release/*", "pushActorIds": []})
    rule_node = ask(READ, id=rule)["data"]["node"]
    assert (rule_node["pattern"], rule_node["pushAllowances"]["nodes"], rule_node["isAdminEnforced"]) == (
        "release/*",
        [],
        True,
    )
    deletion = (
        "mutation($input:DeleteBranchProtectionRuleInput!){deleteBranchProtectionRule(input:$input){clientMutationId}}"
    )
    assert "errors" not in ask(deletion, input={"branchProtectionRuleId": rule})
    assert ask(READ, id=rule)["data"]["node"] is None


def test_two_rules_for_one_pattern_are_refused(ask: Ask, repository: str, api: httpx.Client) -> None:
    values = {"repositoryId": node_id(api, repository), "pattern": "main"}
    ask(CREATE, input=values)
    assert ask(CREATE, input=values)["errors"][0]["message"] == "Name already protected: main"


def test_a_member_may_not_protect_branches(ask: Ask, repository: str, api: httpx.Client, as_user: Any) -> None:
    values = {"repositoryId": node_id(api, repository), "pattern": "main"}
    assert ask(CREATE, as_user("zoe"), input=values)["errors"][0]["type"] == "FORBIDDEN"


def test_lists_come_in_pages(ask: Ask, repository: str, api: httpx.Client) -> None:
    node = node_id(api, repository)
    for pattern in ("a", "b", "c"):
        ask(CREATE, input={"repositoryId": node, "pattern": pattern})
    query = """query($cursor:String$first:Int!$id:ID!){node(id: $id){... on Repository{branchProtectionRules(
        first: $first, after: $cursor){nodes{id,pattern},
        pageInfo{startCursor,endCursor,hasNextPage,hasPreviousPage}},id}}}"""
    first = ask(query, id=node, first=2, cursor=None)["data"]["node"]["branchProtectionRules"]
    assert ([node["pattern"] for node in first["nodes"]], first["pageInfo"]["hasNextPage"]) == (["a", "b"], True)
    cursor = first["pageInfo"]["endCursor"]
    rest = ask(query, id=node, first=2, cursor=cursor)["data"]["node"]["branchProtectionRules"]
    assert ([node["pattern"] for node in rest["nodes"]], rest["pageInfo"]["hasNextPage"]) == (["c"], False)
    assert "exceeds the `first` limit of 100" in ask(query, id=node, first=101)["errors"][0]["message"]


def test_members_and_teams_of_an_organization(ask: Ask, api: httpx.Client, as_user: Any) -> None:
    as_user("zoe")
    api.post("orgs/maestro/teams", json={"name": "Core Team", "privacy": "closed"})
    organization = ask(
        """query($login:String!$after:String){organization(login: $login){
        membersWithRole(first: 100, after: $after){edges{role,node{id,login,email}},pageInfo{endCursor,hasNextPage}}
        team(slug:"core-team"){id name privacy members(first:100,membership:IMMEDIATE){nodes{login}}}}}""",
        login="maestro",
    )["data"]["organization"]
    members = [(edge["node"]["login"], edge["role"]) for edge in organization["membersWithRole"]["edges"]]
    assert members == [("maestro-owner", "ADMIN"), ("zoe", "MEMBER")]
    assert organization["team"]["members"]["nodes"] == [{"login": "maestro-owner"}]
    missing = ask('{user(login:"nobody"){id}}')["errors"][0]["message"]
    assert missing == "Could not resolve to a User with the login of 'nobody'."


def test_files_are_committed_together_and_read_by_one_query(ask: Ask, repository: str, git: Git, work: str) -> None:
    head = git(work, "rev-parse", "main")
    mutation = """mutation($i:CreateCommitOnBranchInput!){
        createCommitOnBranch(input:$i){commit{oid signature{isValid}} ref{name}}}"""
    values = {
        "branch": {"repositoryNameWithOwner": "maestro/engine", "branchName": "main"},
        "expectedHeadOid": head,
        "message": {"headline": "Manage files", "body": "All of them."},
        "fileChanges": {
            "additions": [
                {"path": ".github/workflows/ci.yml", "contents": "b246IHB1c2gK"},
                {"path": 'odd "name".txt', "contents": "4pyTCg=="},
            ],
            "deletions": [{"path": "README"}],
        },
    }
    made = ask(mutation, i=values)["data"]["createCommitOnBranch"]
    assert (made["commit"]["signature"]["isValid"], made["ref"]["name"]) == (True, "main")
    read = ask(
        """{repository(owner:"maestro",name:"engine"){
        ci:object(expression:"HEAD:.github/workflows/ci.yml"){... on Blob{text}}
        gone:object(expression:"HEAD:README"){id}
        root:object(expression:"HEAD:"){... on Tree{entries{name type}}}
        defaultBranchRef{target{... on Commit{message history(first:1){totalCount}}}}}}"""
    )["data"]["repository"]
    assert (read["ci"]["text"], read["gone"]) == ("on: push\n", None)
    assert [entry["name"] for entry in read["root"]["entries"]] == [".github", 'odd "name".txt']
    assert read["defaultBranchRef"]["target"] == {
        "message": "Manage files\n\nAll of them.",
        "history": {"totalCount": 2},
    }
    stale = ask(mutation, i=values)["errors"][0]
    assert (stale["type"], head in stale["message"]) == ("STALE_DATA", True)


def test_refs_are_made_moved_and_deleted(ask: Ask, repository: str, api: httpx.Client, git: Git, work: str) -> None:
    head = git(work, "rev-parse", "main")
    values = {"repositoryId": node_id(api, repository), "name": "refs/heads/next", "oid": head}
    create = "mutation($i:CreateRefInput!){createRef(input:$i){ref{id name prefix target{oid}}}}"
    ref = ask(create, i=values)["data"]["createRef"]["ref"]
    assert (ref["name"], ref["prefix"], ref["target"]["oid"]) == ("next", "refs/heads/", head)
    assert ask(create, i=values)["errors"][0]["type"] == "UNPROCESSABLE"
    update = "mutation($i:UpdateRefInput!){updateRef(input:$i){ref{target{oid}}}}"
    assert "errors" not in ask(update, i={"refId": ref["id"], "oid": head})
    assert "errors" not in ask(
        "mutation($i:DeleteRefInput!){deleteRef(input:$i){clientMutationId}}", i={"refId": ref["id"]}
    )
    assert api.get(f"{repository}/git/ref/heads/next").status_code == 404


def test_the_schema_is_a_part_of_githubs() -> None:
    file = npm_file(*GRAPHQL)
    if isinstance(file, str):
        pytest.skip(file)
    theirs = build_schema(file.read_text(), assume_valid=True).type_map
    for name, type_ in schema().type_map.items():
        if name.startswith("__"):
            continue
        their = theirs[name]
        assert type(type_) is type(their), name
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            assert isinstance(their, GraphQLObjectType | GraphQLInterfaceType)
            for field, definition in type_.fields.items():
                counterpart = their.fields[field]
                assert str(definition.type) == str(counterpart.type), f"{name}.{field}"
                arguments = {argument: str(each.type) for argument, each in counterpart.args.items()}
                assert {
                    argument: str(each.type) for argument, each in definition.args.items()
                }.items() <= arguments.items()
                needed = {argument for argument, each in counterpart.args.items() if is_required_argument(each)}
                assert needed <= set(definition.args), f"{name}.{field}"
        if isinstance(type_, GraphQLInputObjectType):
            assert isinstance(their, GraphQLInputObjectType)
            known = {field: str(each.type) for field, each in their.fields.items()}
            assert {field: str(each.type) for field, each in type_.fields.items()}.items() <= known.items(), name
            assert {field for field, each in their.fields.items() if is_required_input_field(each)} <= set(type_.fields)
        if isinstance(type_, GraphQLUnionType) and isinstance(their, GraphQLUnionType):
            assert {each.name for each in type_.types} <= {each.name for each in their.types}
        if isinstance(type_, GraphQLEnumType) and isinstance(their, GraphQLEnumType):
            assert set(type_.values) == set(their.values)
