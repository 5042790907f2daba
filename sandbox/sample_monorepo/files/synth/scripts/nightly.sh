#!/bin/sh
# Trains the sample model, as the nightly job does.
set -eu

cd "$(dirname "$0")/.."

SYNTH_HOME="${SYNTH_HOME:-$PWD/.synth}" exec synth train data/photosynthesis.csv --target rate --name photosynthesis
