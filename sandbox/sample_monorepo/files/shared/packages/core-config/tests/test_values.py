import pytest

from maestro_core_config.values import read_bool, read_list, read_number


def test_yes_and_no_have_many_spellings():
    assert read_bool("Yes")
    assert not read_bool("off")


def test_an_unclear_answer_is_refused():
    with pytest.raises(ValueError, match="yes or no"):
        read_bool("perhaps")


def test_a_list_is_separated_by_commas():
    assert read_list("a, b,,c ") == ("a", "b", "c")


def test_a_number_is_whole():
    assert read_number("42") == 42
    with pytest.raises(ValueError, match="whole number"):
        read_number("4.2")
