"""Checks that need the whole plan."""

from tests.migration.plan.conftest import ErrorsOf


def plan_of(*repositories: str, **parts: str) -> str:
    lines = ["monorepo: {name: Mono}", *(f"{name}: {value}" for name, value in parts.items()), "repositories:"]
    return "\n".join([*lines, *(f"  - {{{repository}}}" for repository in repositories), ""])


def test_a_folder_belongs_to_one_repository(errors_of: ErrorsOf) -> None:
    plan = plan_of("name: a, moves: [{from: libs/auth}]", "name: b, moves: [{from: libs/auth}]")
    assert errors_of(plan) == [
        "4:30: repositories[1].moves[0].from: 'libs/auth' is already moved to 'a'. "
        "Name it in one move, or add `shared: true` to the move that takes a copy; the other owns it."
    ]


def test_a_shared_folder_has_one_owner_and_any_number_of_copies(errors_of: ErrorsOf) -> None:
    owner, copy = "name: a, moves: [{from: proto}]", "moves: [{from: proto, to: proto, shared: true}]"
    assert errors_of(plan_of(owner, f"name: b, {copy}", f"name: c, {copy}")) == []
    assert errors_of(plan_of("name: a, moves: [{from: libs}]", "name: b, moves: [{from: libs/x, shared: true}]")) == []
    faults = errors_of(plan_of(f"name: b, {copy}", f"name: c, {copy}"))
    assert [fault.partition(":")[2] for fault in faults] == [
        f"56: repositories[{number}].moves[0].shared: no repository owns 'proto': each move of it is shared. "
        "Remove `shared` in the move of the repository whose cutover freezes it."
        for number in range(2)
    ]
    (fault,) = errors_of(plan_of("name: a, moves: [{from: proto}, {from: proto, to: proto, shared: true}]"))
    assert "is already moved to 'a'. Name it in one move of the repository." in fault


def test_the_rest_is_taken_once_and_has_no_earlier_paths(errors_of: ErrorsOf) -> None:
    assert errors_of(plan_of("name: a, moves: [{from: a/b}]", "name: b, moves: [{from: .}, {from: c, to: c}]")) == []
    (fault,) = errors_of(plan_of("name: a, moves: [{from: .}]", "name: b, moves: [{from: .}]"))
    assert "'.' is already moved to 'a'" in fault
    for key in ("earlier: [x]", "shared: true"):
        (fault,) = errors_of(plan_of(f"name: a, moves: [{{from: ., {key}}}]"))
        assert "the rest of the monorepo has no earlier paths, and one owner" in fault


def test_a_folder_inside_a_moved_one_must_be_excluded_there(errors_of: ErrorsOf) -> None:
    inner = "name: a, moves: [{from: libs/auth}]"
    (fault,) = errors_of(plan_of(inner, "name: b, moves: [{from: libs}]"))
    assert fault.startswith("3:30: repositories[0].moves[0].from: 'libs/auth' is already moved to 'b' with 'libs'.")
    assert "Add '/auth' to `exclude` of 'libs'" in fault
    assert errors_of(plan_of(inner, "name: b, moves: [{from: libs, exclude: [/auth/]}]")) == []


def test_folders_that_only_begin_alike_are_two(errors_of: ErrorsOf) -> None:
    assert errors_of(plan_of("name: a, moves: [{from: libs}]", "name: b, moves: [{from: libs-old}]")) == []


def test_earlier_names_may_be_those_of_other_folders_today(errors_of: ErrorsOf) -> None:
    first = "name: a, moves: [{from: synth, earlier: [ml, old/ml]}]"
    assert errors_of(plan_of(first, "name: b, moves: [{from: ml, earlier: [old]}]")) == []


def test_an_earlier_name_is_named_once(errors_of: ErrorsOf) -> None:
    (fault,) = errors_of(plan_of("name: a, moves: [{from: synth, earlier: [ml, synth]}]"))
    assert fault.startswith("3:51: repositories[0].moves[0].earlier[1]: 'synth' is named already.")


def test_a_folder_reaches_a_repository_by_one_way(errors_of: ErrorsOf) -> None:
    for moves in (
        "{from: web, earlier: [new-web]}, {from: new-web, to: new}",
        "{from: new-web, to: new}, {from: web, earlier: [new-web]}",
        "{from: web, earlier: [old]}, {from: new, to: new, earlier: [old/inner]}",
        "{from: new, to: new, earlier: [old/inner]}, {from: web, earlier: [old]}",
        "{from: web, earlier: [old]}, {from: new, to: new, earlier: [old]}",
    ):
        (fault,) = errors_of(plan_of(f"name: a, moves: [{moves}]"))
        assert "arrives twice, also with" in fault
    excluded = "{from: web, earlier: [old], exclude: [/inner/]}, {from: new, to: new, earlier: [old/inner]}"
    assert errors_of(plan_of(f"name: a, moves: [{excluded}]")) == []


def test_two_folders_of_one_repository_have_two_targets(errors_of: ErrorsOf) -> None:
    (fault,) = errors_of(plan_of("name: a, moves: [{from: api, to: lib}, {from: core, to: lib}]"))
    assert fault.startswith("3:62: repositories[0].moves[1].to: 'api' moves to 'lib', too.")


def test_a_folder_may_land_below_another_and_beside_it_elsewhere(errors_of: ErrorsOf) -> None:
    first = "name: a, moves: [{from: api}, {from: core, to: lib}]"
    assert errors_of(plan_of(first, "name: b, moves: [{from: web}]")) == []


def test_two_added_files_cannot_be_file_and_folder(errors_of: ErrorsOf) -> None:
    (fault,) = errors_of(plan_of("name: a, transforms: {add_files: {docs: x, docs/a.md: y}}"))
    assert "'docs' is a file, and 'docs/a.md' needs it as a folder" in fault


def test_names_of_repositories_differ_in_more_than_case(errors_of: ErrorsOf) -> None:
    (fault,) = errors_of(plan_of("name: a", "name: A"))
    assert fault.startswith("4:12: repositories[1].name: there are two of the repository 'a'.")


def test_a_new_repository_is_not_the_monorepo(errors_of: ErrorsOf) -> None:
    (fault,) = errors_of(plan_of("name: mono"))
    assert "'mono' is the monorepo itself" in fault


def test_waves_and_teams_are_named_once(errors_of: ErrorsOf) -> None:
    faults = errors_of(plan_of("name: a, wave: w", waves="[{name: w}, {name: w}]", teams="[{name: t}, {name: t}]"))
    assert [fault.split(": ")[1] for fault in faults] == ["waves[1].name", "teams[1].name"]


def test_an_unknown_wave_is_told_with_the_nearest(errors_of: ErrorsOf) -> None:
    assert errors_of(plan_of("name: a, wave: qualty", waves="[{name: foundation}, {name: quality}]")) == [
        "4:21: repositories[0].wave: there is no wave 'qualty'. Did you mean 'quality'?"
    ]


def test_a_plan_with_waves_gives_each_repository_one(errors_of: ErrorsOf) -> None:
    assert errors_of(plan_of("name: a, wave: one", "name: b", waves="[{name: one}, {name: two}]")) == [
        "5:5: repositories[1].wave: no wave is named. Add `wave:` with one of: one, two."
    ]


def test_a_wave_in_which_nothing_moves_is_told(errors_of: ErrorsOf) -> None:
    (fault,) = errors_of(plan_of("name: a, wave: one", waves="[{name: one}, {name: two}]"))
    assert fault.startswith("2:29: waves[1].name: no repository moves in the wave 'two'.")


def test_waves_stand_in_the_order_of_their_weeks(errors_of: ErrorsOf) -> None:
    waves = "[{name: one, week: 2}, {name: two, week: 1}]"
    (fault,) = errors_of(plan_of("name: a, wave: one", "name: b, wave: two", waves=waves))
    assert fault.startswith("2:49: waves[1].week: week 1 comes after week 2.")


def test_the_branch_of_the_moved_history_is_nobodys_default(errors_of: ErrorsOf) -> None:
    (fault,) = errors_of(plan_of("name: a, default_branch: monorepo"))
    assert "'monorepo' is the branch that holds the moved history. Name another branch" in fault


def test_a_star_of_a_tag_rule_stands_on_both_sides(errors_of: ErrorsOf) -> None:
    many, none = errors_of(plan_of("name: a, tags: [{from: v*, to: v}, {from: w, to: w*}]"))
    assert "many tags 'v*' would become the one tag 'v'" in many
    assert "'w*' has a '*' and 'w' has none to fill it" in none


def test_a_tag_rule_that_never_applies_is_told(errors_of: ErrorsOf) -> None:
    (fault,) = errors_of(plan_of("name: a", defaults="{tags: [{from: '{nam}@*', to: v*}, {from: v*, to: null}]}"))
    assert "defaults.tags[0]: there is no placeholder '{nam}'. Write {name}" in fault
    (fault,) = errors_of(plan_of("name: a, tags: [{from: v*, to: v*}, {from: v*, to: w*}]"))
    assert "there are two of the tag rule 'v*'" in fault


def package(name: str, needs: str = "", path: str = "") -> str:
    return f"{{name: {name}, path: {path or name}, version: 0.1.0, depends_on: [{needs}]}}"


def test_an_unknown_package_is_told_with_the_nearest(errors_of: ErrorsOf) -> None:
    shared = f"name: a, packages: [{package('core-api', 'core-atuh')}, {package('core-auth')}]"
    faults = errors_of(plan_of(shared, "name: b, consumes: [core-apy]"))
    assert [fault.split(": ", 1)[1] for fault in faults] == [
        "repositories[0].packages[0].depends_on[0]: there is no package 'core-atuh'. Did you mean 'core-auth'?",
        "repositories[1].consumes[0]: there is no package 'core-apy'. Did you mean 'core-api'?",
    ]


def test_a_package_is_published_from_one_place_under_one_name(errors_of: ErrorsOf) -> None:
    faults = errors_of(plan_of(f"name: a, packages: [{package('core-api')}, {package('core_API', path='core-api')}]"))
    assert [fault.split(": ", 1)[1].split(". ")[0] for fault in faults] == [
        "repositories[0].packages[1].name: the package 'core_API' is already published from 'a'",
        "repositories[0].packages[1].path: 'core-api' is already the folder of another package",
    ]


def test_every_cycle_of_packages_is_named(errors_of: ErrorsOf) -> None:
    packages = [package("a", "b"), package("b", "c"), package("c", "a"), package("d", "d")]
    faults = errors_of(plan_of(f"name: x, packages: [{', '.join(packages)}]"))
    chains = {fault.split("needs itself: ")[1].split(". ")[0] for fault in faults}
    assert "d -> d" in chains
    assert chains - {"d -> d"} <= {"a -> b -> c -> a", "b -> c -> a -> b", "c -> a -> b -> c"}
    assert len(chains) == 2


def test_two_repositories_cannot_need_each_others_packages(errors_of: ErrorsOf) -> None:
    repository = f"name: one, packages: [{package('a')}], consumes: [b]"
    (fault,) = errors_of(plan_of(repository, f"name: two, packages: [{package('b')}], consumes: [a]"))
    assert "needs itself: one -> two -> one" in fault or "needs itself: two -> one -> two" in fault


def test_packages_come_no_later_than_their_consumers(errors_of: ErrorsOf) -> None:
    waves = "[{name: first}, {name: last}]"
    shared = f"name: shared, wave: last, packages: [{package('core')}]"
    (fault,) = errors_of(plan_of(shared, "name: engine, wave: first, consumes: [core]", waves=waves))
    assert fault.startswith(
        "5:44: repositories[1].consumes[0]: 'core' is published from 'shared' in the wave 'last', after 'first'. "
        "Move 'shared' in an earlier wave, or 'engine' in a later one."
    )


def test_a_repository_may_consume_a_package_of_its_own_wave(errors_of: ErrorsOf) -> None:
    assert errors_of(plan_of("name: engine, consumes: [core]", f"name: shared, packages: [{package('core')}]")) == []


def test_a_team_of_a_repository_is_one_of_the_plan(errors_of: ErrorsOf) -> None:
    (fault,) = errors_of(plan_of("name: a, teams: {platfrom: push}", teams="[{name: platform}]"))
    assert "there is no team 'platfrom'. Did you mean 'platform'?" in fault


def test_a_code_owner_can_write(errors_of: ErrorsOf) -> None:
    teams = "[{name: readers}, {name: writers}]"
    repository = "name: a, teams: {readers: pull, writers: push}, code_owners: {'*': [readers, writers, '@ana']}"
    (fault,) = errors_of(plan_of(repository, teams=teams))
    assert "repositories[0].code_owners['*'][0]: the team 'readers' cannot write to the repository" in fault


def test_a_key_that_no_pipeline_would_read_is_refused(errors_of: ErrorsOf) -> None:
    faults = errors_of(
        plan_of("name: a, dockerfile: Dockerfile", "name: b, kind: templates, contract: {file: api.json}")
    )
    assert faults == [
        "3:27: repositories[0].dockerfile: nothing reads it in a repository without a kind. "
        "Remove it, or set `kind:` to python-service or vite-application.",
        "4:42: repositories[1].contract: nothing reads it in a repository of the kind 'templates'. "
        "Remove it, or set `kind:` to python-service or vite-application.",
    ]
    assert errors_of(plan_of("name: a, kind: compose-tests, test_service: suite")) == []


def test_the_python_of_the_pipelines_is_one_that_they_know_where_they_use_one(errors_of: ErrorsOf) -> None:
    assert errors_of(plan_of("name: a, kind: python-service, python: '3.14'")) == []
    (fault,) = errors_of(plan_of("name: a, kind: vite-application, python: '3.12'"))
    assert "repositories[0].python: nothing reads it in a repository of the kind 'vite-application'" in fault
    (fault,) = errors_of(plan_of("name: a, kind: python-service, python: '3.7'"))
    assert "repositories[0].python" in fault
    assert "3.11" in fault
    (fault,) = errors_of(plan_of("name: a, kind: python-service, python: 3.12"))
    assert fault.endswith('3.12 is read as a number where text is expected. Put it in quotes: "3.12".')


def test_an_allowed_secret_says_which_one_is_meant(errors_of: ErrorsOf) -> None:
    (fault,) = errors_of(plan_of("name: a", preflight="{allowed_secrets: [{reason: none, repository: a}]}"))
    assert "preflight.allowed_secrets[0]: it does not say which secret is meant. Add `fingerprint:`" in fault
    for which in ("fingerprint: ab", "path: tests/", "rule: private-key"):
        assert errors_of(plan_of("name: a", preflight=f"{{allowed_secrets: [{{reason: none, {which}}}]}}")) == []


def test_the_preflight_names_repositories_of_the_plan(errors_of: ErrorsOf) -> None:
    rules = "{allowed_secrets: [{reason: x, rule: y, repository: engin}], lfs_without_objects: {sit: x, site: x}}"
    faults = errors_of(plan_of("name: engine", "name: site", preflight=rules))
    assert ["there is no repository 'sit'" in faults[0] or "'engin'" in faults[0], len(faults)] == [True, 2]
    assert all("Did you mean" in fault for fault in faults)


def test_a_repository_of_packages_names_them(errors_of: ErrorsOf) -> None:
    assert errors_of(plan_of("name: a, kind: python-packages")) == [
        "3:21: repositories[0].kind: a repository of this kind publishes packages, and names none. "
        "Name them under `packages`, or set `kind:` to python-service or another one."
    ]
