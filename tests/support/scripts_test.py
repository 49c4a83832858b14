"""The scripts that other checks rely on: counting test cases, and the codes and tables of the demonstration."""

import datetime
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "deploy" / "demo")]
import codes  # noqa: E402
import count_tests  # noqa: E402
import table  # noqa: E402
from connect_client import ApiError, full_method, request_id  # noqa: E402

GOOGLETEST_FAILED = """[==========] Running 3 tests from 1 test suite.
[  FAILED  ] CaseTest.Second (0 ms)
[==========] 3 tests from 1 test suite ran. (1 ms total)
[  PASSED  ] 2 tests.
[  FAILED  ] 1 test, listed below:
[  FAILED  ] CaseTest.Second
"""


class CountTest(unittest.TestCase):
    def test_googletest_cases_are_counted(self):
        passed = "[==========] 12 tests from 2 test suites ran. (5 ms total)\n[  PASSED  ] 12 tests.\n"
        self.assertEqual(count_tests.count(True, passed), (12, 0, 0))
        self.assertEqual(count_tests.count(False, GOOGLETEST_FAILED), (2, 1, 0))
        self.assertEqual(count_tests.failed_names("a_test", GOOGLETEST_FAILED), ["a_test: CaseTest.Second"])

    def test_a_program_that_dies_after_its_summary_has_failed(self):
        passed = "[==========] 2 tests from 1 test suite ran. (5 ms total)\n[  PASSED  ] 2 tests.\n"
        self.assertEqual(count_tests.count(False, passed), (2, 1, 0))

    def test_a_program_that_dies_before_its_summary_counts_as_one(self):
        self.assertEqual(count_tests.count(False, "[==========] Running 9 tests from 1 test suite.\n"), (0, 1, 0))

    def test_unittest_cases_are_counted(self):
        output = "Ran 10 tests in 0.1s\n\nFAILED (failures=1, errors=2, skipped=3)\n"
        self.assertEqual(count_tests.count(False, output), (4, 3, 3))

    def test_the_file_of_ctest_is_read(self):
        document = (
            '<testsuite><testcase name="good" status="run"><system-out>fine</system-out></testcase>'
            '<testcase name="bad" status="fail"><system-out>no</system-out></testcase></testsuite>'
        )
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "junit.xml"
            path.write_text(document, encoding="utf-8")
            script = ROOT / "tests" / "support" / "count_tests.py"
            output = subprocess.run([sys.executable, str(script), str(path)], check=True, capture_output=True, text=True)
        self.assertEqual(output.stdout, "1 1 0\nbad\n")


class CodesTest(unittest.TestCase):
    def test_check_characters(self):
        # The example of GB 32100 in the platform's domain notes, and GS1's own example.
        self.assertEqual(codes.credit_code("91350100M000100Y4"), "91350100M000100Y43")
        self.assertEqual(codes.gtin("0952123456789"), "09521234567899")

    def test_scan_separates_only_what_has_no_fixed_length(self):
        day = datetime.date(2027, 4, 20)
        self.assertEqual(codes.scan("09521234567899", "L1", day), "]d201095212345678991727042010L1")
        self.assertEqual(codes.scan("09521234567899", "L1", day, "S1")[-7:], "0L1\x1d21S1"[-7:])


class ClientTest(unittest.TestCase):
    def test_the_same_name_gives_the_same_request_id(self):
        self.assertEqual(request_id("a"), request_id("a"))
        self.assertNotEqual(request_id("a"), request_id("b"))

    def test_short_names_of_methods(self):
        self.assertEqual(full_method("catalog.GetItem"), "qingqu.catalog.v1.CatalogService/GetItem")
        self.assertEqual(full_method("a.B/C"), "a.B/C")

    def test_reason_is_found_with_and_without_debug(self):
        with_debug = {"code": "not_found", "details": [{"type": "google.rpc.ErrorInfo", "debug": {"reason": "ITEM_NOT_FOUND"}}]}
        without = {"code": "not_found", "details": [{"type": "google.rpc.ErrorInfo", "value": "CgNBQkM"}]}
        self.assertEqual(ApiError(404, with_debug).reason, "ITEM_NOT_FOUND")
        self.assertEqual(ApiError(404, without).reason, "ABC")
        self.assertEqual(ApiError(500, {}).code, "unknown")


class TableTest(unittest.TestCase):
    def test_wide_characters_take_two_columns(self):
        self.assertEqual(table.width("清渠 a"), 6)
        self.assertEqual(table.pad("清", 4), "清  ")

    def test_language(self):
        self.assertTrue(table.wants_chinese({"LANG": "zh_CN.UTF-8"}))
        self.assertFalse(table.wants_chinese({"LC_ALL": "C.UTF-8", "LANG": "zh_CN.UTF-8"}))
        self.assertFalse(table.wants_chinese({}))


if __name__ == "__main__":
    unittest.main()
