"""`synth train FILE --target COLUMN --name NAME` and `synth predict NAME COLUMN=VALUE ...`."""

import argparse
import sys
from pathlib import Path

from maestro_core_logging import service_log
from maestro_monitoring import Metrics
from synth.dataset import DatasetError, read_dataset
from synth.registry import Registry, RegistryError, synth_home
from synth.search import search

log = service_log("synth")


def main(arguments: list[str] | None = None) -> int:
    """0, or 2 when the input is wrong."""
    parser = argparse.ArgumentParser(prog="synth")
    commands = parser.add_subparsers(dest="command", required=True)
    training = commands.add_parser("train", help="fit a model and keep it")
    training.add_argument("file", type=Path)
    training.add_argument("--target", required=True)
    training.add_argument("--name", required=True)
    predicting = commands.add_parser("predict", help="ask a model")
    predicting.add_argument("name")
    predicting.add_argument("inputs", nargs="+", metavar="COLUMN=VALUE")
    options = parser.parse_args(arguments)
    try:
        print(train(options) if options.command == "train" else predict(options))
    except (OSError, DatasetError, RegistryError, ValueError) as error:
        print(f"synth: {error}", file=sys.stderr)
        return 2
    return 0


def train(options: argparse.Namespace) -> str:
    """Fit, keep, and say what came of it."""
    dataset = read_dataset(options.file, options.target)
    model = search(dataset, Metrics())
    version = Registry(synth_home()).save(options.name, model)
    log.info("model kept", extra={"model": options.name, "version": version})
    return f"{options.name} version {version}, mean squared error {model.error(dataset):.3f}"


def predict(options: argparse.Namespace) -> str:
    """The prediction, for people."""
    model = Registry(synth_home()).load(options.name)
    given = dict(pair.split("=", 1) for pair in options.inputs if "=" in pair)
    if missing := [column for column in model.columns if column not in given]:
        raise ValueError(f"{options.name} also needs {missing}")
    return f"{model.predict(tuple(float(given[column]) for column in model.columns)):.3f}"
