from pathlib import Path

import pytest

from synth.dataset import DatasetError, read_dataset

PHOTOSYNTHESIS = Path(__file__).parent.parent / "data/photosynthesis.csv"


def test_the_sample_data_is_read():
    dataset = read_dataset(PHOTOSYNTHESIS, "rate")
    assert dataset.columns == ("light", "temperature")
    assert len(dataset.targets) == 10


def test_each_nth_row_is_held_back():
    training, judging = read_dataset(PHOTOSYNTHESIS, "rate").split(5)
    assert (len(training.targets), len(judging.targets)) == (8, 2)


def test_a_field_that_is_no_number_is_named_with_its_line(tmp_path):
    table = tmp_path / "table.csv"
    table.write_text("light,rate\n1,2\nbright,3\n")
    with pytest.raises(DatasetError, match="line 3"):
        read_dataset(table, "rate")


def test_a_missing_column_is_refused_with_those_there_are():
    with pytest.raises(DatasetError, match="temperature"):
        read_dataset(PHOTOSYNTHESIS, "synthesis")
