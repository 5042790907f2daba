import pytest

from synth.registry import Registry, RegistryError, synth_home
from synth.regression import LinearModel

MODEL = LinearModel(("light",), (0.05,), 0.9)


def test_a_model_comes_back_as_it_was_saved(tmp_path):
    assert Registry(tmp_path).save("photosynthesis", MODEL) == 1
    assert Registry(tmp_path).load("photosynthesis") == MODEL


def test_a_version_is_never_replaced(tmp_path):
    registry = Registry(tmp_path)
    registry.save("photosynthesis", MODEL)
    registry.save("photosynthesis", MODEL)
    assert registry.versions("photosynthesis") == [1, 2]


def test_an_unknown_model_is_named(tmp_path):
    with pytest.raises(RegistryError, match="synthesis"):
        Registry(tmp_path).load("synthesis")


def test_the_home_comes_from_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("SYNTH_HOME", str(tmp_path))
    assert synth_home() == tmp_path
