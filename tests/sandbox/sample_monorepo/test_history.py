"""The sample has each peculiarity that a split must preserve."""

import re

from tests.sandbox.sample_monorepo.conftest import Clone

ANNOTATED = {
    *("platform-2023.06", "platform-2024.01", "platform-2024.07", "platform-2025.03", "platform-2025.10"),
    *(f"engine/v0.{minor}.0" for minor in range(1, 5)),
    *(f"shared/v0.0.{patch}" for patch in range(1, 6)),
    *("hive/v0.1.0", "hive/v0.2.0", "quality/v0.1.0", "quality/v0.2.0"),
    *("ml/v0.1.0", "ml/v0.2.0", "synth/v0.3.0", "templates/v0.9.0"),
}
LIGHTWEIGHT = {"frontend/v0.1.0", "frontend/v0.2.0", "frontend/v0.3.0", "templates/v0.8.0", "before-synth-rename"}


def changed(sample: Clone, commit: str) -> set[str]:
    return set(sample.lines("diff-tree", "--root", "-r", "--no-commit-id", "--name-only", "-m", commit))


def test_three_years_of_work_by_many_people(sample: Clone) -> None:
    assert int(sample.git("rev-list", "--count", "HEAD")) >= 320
    authors = set(sample.lines("log", "--format=%an"))
    assert len(authors) >= 8
    assert {"Zoë Brandt", "Łukasz Wójcik", "李娜", "Ñandú Quispe", "Søren Østergaard", "Ольга Смирнова"} <= authors
    dates = sorted(sample.lines("log", "--format=%cs"))
    assert (dates[0][:7], dates[-1][:7]) == ("2022-10", "2025-10")


def test_time_goes_forward(sample: Clone) -> None:
    times = {}
    for line in sample.lines("log", "--reverse", "--topo-order", "--format=%H %ct %P"):
        commit, time, *parents = line.split()
        times[commit] = int(time)
        assert all(times[parent] < times[commit] for parent in parents)


def test_clocks_stand_differently(sample: Clone) -> None:
    zones = {date.split()[-1] for date in sample.lines("log", "--format=%ad", "--date=iso")}
    assert {"+0100", "+0200", "+0530", "+0545", "-0230", "-0330", "+0800", "+0000"} <= zones


def test_some_commits_have_another_committer(sample: Clone) -> None:
    people = [line.split("|") for line in sample.lines("log", "--format=%an|%cn")]
    assert sum(author != committer for author, committer in people) >= 4


def test_there_are_merges_of_every_shape(sample: Clone) -> None:
    assert int(sample.git("rev-list", "--count", "--merges", "HEAD")) >= 25
    octopus = sample.lines("rev-list", "--min-parents=3", "HEAD")
    assert len(octopus) == 1
    assert len(sample.git("rev-list", "--parents", "-1", octopus[0]).split()) == 1 + 4
    criss_cross = sample.found("Merge branch 'rows'")
    assert len(sample.lines("merge-base", "--all", f"{criss_cross}^1", f"{criss_cross}^2")) == 2


def test_the_templates_have_a_root_of_their_own(sample: Clone) -> None:
    roots = sample.lines("rev-list", "--max-parents=0", "HEAD")
    assert set(roots) == {
        sample.found("Begin maestro-platform"),
        sample.found("templates: start with an empty catalogue"),
    }


def test_ml_became_synth_in_one_pure_rename(sample: Clone) -> None:
    rename = sample.found("Rename ml/ to synth/")
    assert sample.git("rev-parse", f"{rename}^:ml") == sample.git("rev-parse", f"{rename}:synth")
    assert {path.split("/")[0] for path in changed(sample, rename)} == {"ml", "synth"}
    assert int(sample.git("rev-list", "--count", f"{rename}^", "--", "ml")) >= 20
    assert int(sample.git("rev-list", "--count", f"{rename}..HEAD", "--", "synth")) >= 20
    assert sample.lines("ls-tree", "HEAD", "ml") == []


def test_a_file_was_renamed_inside_a_folder(sample: Clone) -> None:
    commit = sample.found("synth: tuning is a search")
    renames = sample.git("diff-tree", "-M", "--diff-filter=R", "-r", "--no-commit-id", "--name-status", commit)
    assert renames == "R100\tsynth/synth/tuning.py\tsynth/synth/search.py"


def test_tags_are_annotated_and_lightweight(sample: Clone) -> None:
    kinds = dict(line.split() for line in sample.lines("tag", "--format=%(refname:short) %(objecttype)"))
    assert {name for name, kind in kinds.items() if kind == "tag"} == ANNOTATED
    assert {name for name, kind in kinds.items() if kind == "commit"} == LIGHTWEIGHT


def test_one_tag_is_on_a_merge_and_one_on_top_level_files_only(sample: Clone) -> None:
    assert len(sample.git("rev-list", "--parents", "-1", "platform-2025.03").split()) == 3
    assert changed(sample, "platform-2024.07^{commit}") == {"docker-compose.yml"}


def test_a_branch_is_still_open(sample: Clone) -> None:
    assert sample.lines("branch", "--no-merged", "main", "--format=%(refname:short)") == ["compress-updates"]


def test_files_have_odd_modes_names_and_contents(sample: Clone) -> None:
    modes = {
        path: entry.split()[0] for entry, path in (line.split("\t") for line in sample.lines("ls-tree", "-r", "HEAD"))
    }
    assert modes["maestro-engine/NOTES.md"] == "120000"
    assert modes["maestro-engine/scripts/serve.sh"] == "100755"
    assert modes["synth/scripts/nightly.sh"] == "100755"
    assert modes["docs/日本語/はじめに.md"] == modes["maestro-templates/docs/Übersicht.md"] == "100644"
    names = sample.raw("ls-tree", "-r", "-z", "--name-only", "HEAD").decode().split("\0")
    assert 'quality-fabric/tests/unit/reply "quoted".json' in names
    assert "maestro-hive/docs/release notes.md" in names
    script = sample.raw("cat-file", "blob", "HEAD:maestro-templates/templates/windows-setup/setup.cmd")
    assert script.count(b"\r\n") == script.count(b"\n") > 0
    assert b"\0" in sample.raw("cat-file", "blob", "HEAD:maestro-frontend/public/logo.png")


def test_a_file_became_executable_later(sample: Clone) -> None:
    commit = sample.found("engine: make the script executable")
    assert sample.git("diff-tree", "-r", "--no-commit-id", commit).startswith(":100644 100755")


def test_some_commits_change_nothing(sample: Clone) -> None:
    commit = sample.found("Allow nobody to start work before this commit")
    assert sample.git("rev-parse", f"{commit}^{{tree}}") == sample.git("rev-parse", f"{commit}^^{{tree}}")


def test_one_commit_carries_a_signature(sample: Clone) -> None:
    commit = sample.raw("cat-file", "commit", sample.found("core-auth: compare as bytes"))
    assert b"\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n" in commit


def test_one_commit_is_written_in_latin_1(sample: Clone) -> None:
    commit = sample.raw("cat-file", "commit", sample.found("Corrigé : la page n'était pas servie à la racine"))
    assert b"\nencoding ISO-8859-1\n" in commit
    assert "author Émile Lefèvre <".encode("latin-1") in commit
    assert "Corrigé".encode("latin-1") in commit


def test_a_folder_and_a_file_were_deleted_and_came_back(sample: Clone) -> None:
    deleted, back = sample.found("Move hive out to a prototype repository"), sample.found("Bring hive back")
    assert sample.lines("ls-tree", deleted, "maestro-hive") == []
    assert sample.git("rev-parse", f"{deleted}^:maestro-hive") == sample.git("rev-parse", f"{back}:maestro-hive")
    removed = sample.found("ml: no more random search")
    again = sample.found("ml: bring random search back for the comparison")
    assert changed(sample, removed) == changed(sample, again) == {"ml/synth/legacy_tuning.py"}


def test_a_revert_names_what_it_reverts(sample: Clone) -> None:
    reverted = sample.found("Bring Søren's editor settings")
    revert = sample.found('Revert "Bring Søren\'s editor settings"')
    assert f"This reverts commit {reverted}." in sample.git("log", "-1", "--format=%b", revert)
    assert sample.git("rev-parse", f"{revert}^{{tree}}") == sample.git("rev-parse", f"{reverted}^^{{tree}}")


def test_messages_mention_earlier_commits_and_pull_requests(sample: Clone) -> None:
    messages = sample.git("log", "--format=%B")
    mentioned = set(re.findall(r"\b[0-9a-f]{7,40}\b", messages))
    assert {len(word) for word in mentioned} >= {7, 8, 9, 40}
    for word in mentioned:
        assert sample.git("cat-file", "-t", word) == "commit"
    assert len(re.findall(r"#\d+\b", messages)) >= 15
    assert messages.count("Co-authored-by: ") >= 5


def test_blame_skips_commits_that_only_reformat(sample: Clone) -> None:
    for folder in ("", "maestro-engine/", "quality-fabric/"):
        listed = sample.git("cat-file", "blob", f"HEAD:{folder}.git-blame-ignore-revs")
        commits = re.findall(r"^[0-9a-f]{40}$", listed, re.MULTILINE)
        assert commits
        for commit in commits:
            assert "ormat" in sample.git("log", "-1", "--format=%s", commit)
            assert sample.git("diff", "--shortstat", f"{commit}^", commit)


def test_some_commits_touch_several_folders_and_some_none(sample: Clone) -> None:
    folders = [
        {path.split("/")[0] if "/" in path else "" for path in changed(sample, commit)}
        for commit in sample.lines("rev-list", "--no-merges", "HEAD")
    ]
    assert sum(len(found) >= 2 for found in folders) >= 10
    assert sum(found <= {"", "docs", ".github"} for found in folders) >= 15
