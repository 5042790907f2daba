import pytest

from maestro_templates.catalogue import TemplateError, catalogue
from maestro_templates.filling import fill

VALUES = {"name": "my-library", "package": "my_library"}


def test_variables_are_filled_in_names_and_contents(tmp_path):
    fill(catalogue()["python-library"], VALUES, tmp_path / "new")
    assert "my-library" in (tmp_path / "new/my_library/__init__.py").read_text()


@pytest.mark.parametrize("name", sorted(catalogue()))
def test_no_variable_is_left(name, tmp_path):
    for file in fill(catalogue()[name], VALUES, tmp_path / "new"):
        assert "${" not in file.read_text()


def test_windows_line_ends_survive(tmp_path):
    fill(catalogue()["windows-setup"], VALUES, tmp_path / "new")
    assert b"@echo off\r\n" in (tmp_path / "new/setup.cmd").read_bytes()


def test_nothing_is_overwritten(tmp_path):
    with pytest.raises(TemplateError, match="exists already"):
        fill(catalogue()["service"], VALUES, tmp_path)


def test_a_missing_value_is_named(tmp_path):
    with pytest.raises(TemplateError, match="package"):
        fill(catalogue()["python-library"], {"name": "x"}, tmp_path / "new")
