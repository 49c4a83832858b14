#!/usr/bin/env python3
"""Counts test cases in ctest's JUnit file and names those that failed.

Prints "PASSED FAILED SKIPPED" on the first line and then one failed case a line. A GoogleTest or
unittest program counts as many as its own summary says; any other program, or one that died before
its summary, counts as one.
"""

import re
import sys
import xml.etree.ElementTree as ElementTree


def number(pattern: str, text: str) -> int:
    return sum(int(found) for found in re.findall(pattern, text))


def count(succeeded: bool, output: str) -> tuple[int, int, int]:
    if re.search(r"^\[==========\] \d+ tests? .* ran", output, re.MULTILINE):
        passed = number(r"\[  PASSED  \] (\d+) test", output)
        failed = number(r"\[  FAILED  \] (\d+) tests?, listed", output)
        skipped = number(r"\[  SKIPPED \] (\d+) test", output)
    elif re.search(r"^Ran \d+ tests? in", output, re.MULTILINE):
        failed = number(r"(?:failures|errors)=(\d+)", output)
        skipped = number(r"skipped=(\d+)", output)
        passed = number(r"(?m)^Ran (\d+) tests? in", output) - failed - skipped
    else:
        return (1, 0, 0) if succeeded else (0, 1, 0)
    return passed, failed if succeeded else max(failed, 1), skipped


def failed_names(program: str, output: str) -> list[str]:
    cases = sorted(set(re.findall(r"^\[  FAILED  \] (\w+[./][\w./]+)", output, re.MULTILINE)))
    return [f"{program}: {case}" for case in cases] or [program]


def main() -> None:
    totals = [0, 0, 0]
    names = []
    for case in ElementTree.parse(sys.argv[1]).getroot().iter("testcase"):
        succeeded = case.get("status") == "run"
        output = case.findtext("system-out") or ""
        totals = [total + more for total, more in zip(totals, count(succeeded, output))]
        if not succeeded:
            names.extend(failed_names(case.get("name") or "?", output))
    print(*totals)
    print("\n".join(names))


if __name__ == "__main__":
    main()
