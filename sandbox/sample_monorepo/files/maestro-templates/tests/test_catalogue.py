from pathlib import Path

import pytest

from maestro_templates.catalogue import TEMPLATES, TemplateError, catalogue


def test_every_folder_is_a_template():
    folders = {folder.name for folder in TEMPLATES.iterdir() if folder.is_dir()}
    assert set(catalogue()) == folders


def test_a_description_is_not_copied():
    files = catalogue()["service"].files()
    assert files == [Path("Dockerfile"), Path("src/main.py")]


def test_a_wrong_description_is_named(tmp_path):
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken/template.toml").write_text("summary = 1")
    with pytest.raises(TemplateError, match="broken/template.toml"):
        catalogue(tmp_path)
