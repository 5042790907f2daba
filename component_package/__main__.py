"""Starts the package as Pulumi starts it: in this folder, with the project beside it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from pulumi.provider.experimental import component, component_provider_host

from component_package.hosting import COMPONENTS, DefaultsAnalyzer, hosted

vars(component)["Analyzer"] = DefaultsAnalyzer
component_provider_host(name="multirepo", components=[hosted(each) for each in COMPONENTS])
