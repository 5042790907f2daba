from pathlib import Path

from synth.command import main

PHOTOSYNTHESIS = Path(__file__).parent.parent / "data/photosynthesis.csv"


def test_a_trained_model_predicts(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("SYNTH_HOME", str(tmp_path))
    assert main(["train", str(PHOTOSYNTHESIS), "--target", "rate", "--name", "photosynthesis"]) == 0
    assert main(["predict", "photosynthesis", "light=300", "temperature=20"]) == 0
    assert 15 < float(capsys.readouterr().out.splitlines()[-1]) < 18


def test_a_missing_input_is_named(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("SYNTH_HOME", str(tmp_path))
    main(["train", str(PHOTOSYNTHESIS), "--target", "rate", "--name", "photosynthesis"])
    assert main(["predict", "photosynthesis", "light=300"]) == 2
    assert "temperature" in capsys.readouterr().err
