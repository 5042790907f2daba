"""The verdicts as JUnit XML, which CI systems show: a suite for each part of the checklist, a case for each line."""

import xml.etree.ElementTree as ElementTree

from migration.verification.harness.check import Outcome, Verdict
from migration.verification.report.record import Verification

_ELEMENTS = {Outcome.FAILS: "failure", Outcome.SKIPPED: "error"}


def as_junit(verification: Verification) -> str:
    """One document. A skipped check is an error: it must not look like a success."""
    root = ElementTree.Element("testsuites", name="multirepo verify", time=f"{verification.seconds:.2f}")
    parts: dict[str, list[Verdict]] = {}
    for verdict in verification.verdicts:
        parts.setdefault(verdict.part, []).append(verdict)
    for part, verdicts in parts.items():
        counts = {name: str(sum(verdict.outcome == kind for verdict in verdicts)) for kind, name in _ELEMENTS.items()}
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name=part,
            tests=str(len(verdicts)),
            failures=counts["failure"],
            errors=counts["error"],
            timestamp=verification.seen_at,
        )
        for verdict in verdicts:
            case = ElementTree.SubElement(
                suite, "testcase", classname=verdict.name, name=verdict.line, time=f"{verdict.seconds:.2f}"
            )
            if element := _ELEMENTS.get(verdict.outcome):
                found = ElementTree.SubElement(case, element, message=_one_line(verdict.why))
                found.text = _plain(f"{verdict.why}\n{verdict.remedy}")
            output = ElementTree.SubElement(case, "system-out")
            output.text = _plain("\n".join([*verdict.ran, *verdict.saw]))
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _one_line(text: str) -> str:
    return _plain(text).splitlines()[0] if text else ""


def _plain(text: str) -> str:
    """Without the control characters that XML cannot hold (https://www.w3.org/TR/xml/#charsets)."""
    return "".join(character for character in text if character >= " " or character in "\n\t")
