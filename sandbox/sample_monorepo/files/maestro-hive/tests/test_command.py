from pathlib import Path

from maestro_hive.command import main

SHOP = Path(__file__).parent.parent / "examples/shop.toml"


def test_a_plan_is_printed_in_order(capsys):
    assert main(["plan", str(SHOP)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("1. requirements interviews")
    assert lines[-1].startswith("one after the other:")


def test_a_wrong_plan_is_refused_with_the_task_named(tmp_path, capsys):
    plan = tmp_path / "plan.toml"
    plan.write_text('[task.roof]\nphase = "sleep"\ndays = [1, 2, 3]\n')
    assert main(["plan", str(plan)]) == 2
    assert "task 'roof'" in capsys.readouterr().err
