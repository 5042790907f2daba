"""The rules of single values."""

import json

import pytest

from tests.migration.plan.conftest import ErrorsOf

# Where a value is that is not a key of a repository itself; "?" is its place.
PLACES = {
    "folder": '"moves": [{"from": ?}]',
    "target": '"moves": [{"from": "a", "to": ?}]',
    "earlier": '"moves": [{"from": "a", "earlier": [?]}]',
    "tag": '"tags": [{"from": ?, "to": ?}]',
    "version": '"packages": [{"name": "p", "path": "p", "version": ?}]',
    "package": '"packages": [{"name": ?, "path": "p", "version": "1"}]',
    "topic": '"topics": [?]',
    "file": '"transforms": {"add_files": {?: "content"}}',
    "module": '"transforms": {"rename_modules": {"old": ?}}',
    "release_tags": '"protection": {"release_tags": [?]}',
    "deployment_branches": '"environments": [{"name": "e", "branches": [?]}]',
    "deployment_tags": '"environments": [{"name": "e", "tags": [?]}]',
    "owner": '"code_owners": {"*": [?]}',
    "owned": '"code_owners": {?: ["@ana"]}',
}


def with_value(place: str, value: object) -> str:
    name = "" if place == "name" else '"name": "a", '
    repository = name + PLACES.get(place, f'"{place}": ?').replace("?", json.dumps(value, ensure_ascii=False))
    return f'{{"monorepo": {{"name": "x"}}, "repositories": [{{{repository}}}]}}'


@pytest.mark.parametrize(
    ("place", "value", "problem"),
    [
        ("name", "", "is not a repository name"),
        ("name", "a b", "is not a repository name"),
        ("name", "owner/a", "is not a repository name"),
        ("name", "é", "is not a repository name"),
        ("name", ".", "is not a repository name"),
        ("name", "..", "is not a repository name"),
        ("name", "a" * 101, "is not a repository name"),
        ("name", "a.git", "ends in '.git'"),
        ("name", "a.wiki", "ends in '.wiki'"),
        ("folder", "", "no folder is named"),
        ("folder", "/etc", "is an absolute path"),
        ("folder", "C:/code", "is an absolute path"),
        ("folder", "..", "leaves the repository"),
        ("folder", "a/../../b", "leaves the repository"),
        ("folder", "a\\b", "holds a backslash or a control character"),
        ("folder", "a\nb", "holds a backslash or a control character"),
        ("folder", "a//b", "has an empty or '.' part. Write 'a/b'."),
        ("folder", "./a", "has an empty or '.' part. Write 'a'."),
        ("folder", "a/", "has an empty or '.' part. Write 'a'."),
        ("folder", ".git", "reaches into git's own folder"),
        ("folder", "a/.GIT/hooks", "reaches into git's own folder"),
        ("folder", "a/.git. /b", "reaches into git's own folder"),
        ("target", "../a", "leaves the repository"),
        ("target", "", "no folder is named"),
        ("earlier", "/a", "is an absolute path"),
        ("file", "../a", "leaves the repository"),
        ("file", ".git/hooks/pre-commit", "reaches into git's own folder"),
        ("tag", "a*b*", "has more than one '*'"),
        ("tag", "a b", "is not a name of a branch or tag in git"),
        ("tag", "a..b", "is not a name of a branch or tag in git"),
        ("tag", "-a", "is not a name of a branch or tag in git"),
        ("tag", "a.lock", "is not a name of a branch or tag in git"),
        ("tag", "a/.b", "is not a name of a branch or tag in git"),
        ("default_branch", "", "is not a name of a branch or tag in git"),
        ("default_branch", "a//b", "is not a name of a branch or tag in git"),
        ("first_release", "v1:0", "is not a name of a branch or tag in git"),
        ("version", "one", "is not a version of a Python package"),
        ("version", "1.0-final-2", "is not a version of a Python package"),
        ("package", "-a", "is not a package name"),
        ("package", "a b", "is not a package name"),
        ("topic", "Python", "is not a topic"),
        ("topic", "-a", "is not a topic"),
        ("topic", "a" * 51, "is not a topic"),
        ("topics", [f"topic-{number}" for number in range(21)], "the list has 21 entries. Keep at most 20."),
        ("homepage", "example.com", "is not a web address"),
        ("description", "a" * 351, "the description has 351 characters"),
        ("description", "a\nb", "it has several lines"),
        ("module", "maestro-ml", "is not a Python module"),
        ("owner", "@a b", "is not a code owner"),
        ("owned", "*.py\n* @mallory", "is not a pattern of CODEOWNERS. Write one line"),
        ("owned", "!docs/", "'!docs/' is not a pattern of CODEOWNERS"),
        ("owned", "# docs/", "is not a pattern of CODEOWNERS"),
        ("owned", "\\#docs", "is not a pattern of CODEOWNERS"),
        ("owned", "[ab].py", "is not a pattern of CODEOWNERS"),
        ("owned", "[x", "is not a pattern of CODEOWNERS"),
        ("owned", "", "is not a pattern of CODEOWNERS"),
        ("owned", "/", "'/' matches no file. Write '*' for all files."),
        ("release_tags", "v[0-9", "'v[0-9' is not a pattern of branches or tags. Leave out"),
        ("release_tags", "v[]", "'v[]' is not a pattern of branches or tags"),
        ("deployment_branches", "re[/]lease", "'re[/]lease' is not a pattern of branches or tags"),
        ("deployment_tags", "v*..[0-9]?", "'v*..[0-9]?' is not a pattern of branches or tags"),
        ("wave", "a.b", "is not a name of a wave"),
    ],
)
def test_a_value_that_breaks_its_rule_is_told(errors_of: ErrorsOf, place: str, value: object, problem: str) -> None:
    faults = errors_of(with_value(place, value))
    assert len([fault for fault in faults if problem in fault]) >= 1
    assert all("\n" not in fault for fault in faults)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("name", ".github"),
        ("name", "A_b-c.d" * 14),
        ("folder", "src/Symfony/Component/Console"),
        ("folder", "dokumente/straße und plätze"),
        ("folder", "..."),
        ("folder", ".github/-x"),
        ("target", "."),
        ("file", ".gitattributes"),
        ("tag", "v*"),
        ("tag", "*"),
        ("tag", "engine/v*-final"),
        ("default_branch", "release/8.1"),
        ("release_tags", "v[0-9]*"),
        ("release_tags", "v[0-9]*.[!a-z]?"),
        ("deployment_branches", "release/[0-9]*"),
        ("deployment_tags", "v[0-9]*"),
        ("version", "1.0.0rc1"),
        ("version", "2!1.0+local"),
        ("topic", "a" * 50),
        ("topics", [f"topic-{number}" for number in range(20)]),
        ("description", "ä" * 350),
        ("module", "maestro_ml.models"),
        ("owner", "@some-login"),
        ("owned", "docs with spaces/**/*.md"),
        ("owned", "/a/b#c?/"),
    ],
)
def test_a_value_that_keeps_its_rule_is_taken(errors_of: ErrorsOf, place: str, value: object) -> None:
    assert errors_of(with_value(place, value)) == []


def test_a_confirmation_is_dated_with_a_real_day(errors_of: ErrorsOf) -> None:
    plan = "monorepo: {name: x}\nrepositories: [{name: a}]\n"
    (fault,) = errors_of(f"{plan}confirmations: [{{statement: Ready, confirmed_on: 2026-02-30}}]\n")
    assert "'2026-02-30' is not a date. Write it as 2026-01-31." in fault
