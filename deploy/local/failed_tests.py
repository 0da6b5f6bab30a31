"""Prints a pattern for `swift test --filter` that matches just the tests that failed.

usage: failed_tests.py REPORT...      xUnit files of `swift test --xunit-output`

Exits 1 when no report names a failed test (the run broke off), or when so many failed that no slow machine explains it.
"""

import re
import sys
import xml.etree.ElementTree

MOST = 10

failed = set()
for path in sys.argv[1:]:
    try:
        cases = xml.etree.ElementTree.parse(path).iter("testcase")
    except (OSError, xml.etree.ElementTree.ParseError):
        continue
    for case in cases:
        if case.find("failure") is not None or case.find("error") is not None:
            failed.add(f"{case.get('classname')}/{case.get('name')}")
if not failed or len(failed) > MOST:
    sys.exit(1)
print("|".join(f"^{re.escape(name)}" for name in sorted(failed)))
