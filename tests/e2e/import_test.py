"""The past of a hospital and the national classes, imported with `qingqu import` and compared with the file itself."""

import csv
import json
import pathlib
import unittest

import live_path
from live_case import LiveCase

import county_setup
import recompute_history
from api_clients import CliClient, settled_state

DATA = live_path.ROOT / "tests" / "data"
SHARED = live_path.ROOT.parent / "shared" / "data"
MAPPING = DATA / "scms_mapping.json"
# In the order of GetClassStatistics: of the real list, and of the sample.
REAL_CLASSES = {"firstLevel": 8, "secondLevel": 40, "thirdLevel": 300, "genericNames": 309, "classCodes": 4404, "monitoredGroups": 18}


def real_or_sample(real: str, sample: str) -> tuple[pathlib.Path, bool]:
    path = SHARED / real
    if path.exists():
        return path, True
    print(f"../shared/data/{real} is absent: the sample tests/data/{sample} is imported instead", flush=True)
    return DATA / sample, False


def records(path: pathlib.Path) -> list[dict]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


class ImportTest(LiveCase):
    """The tests run in order: the first import, the second, what a bad row does, or would do."""

    @classmethod
    def prepare(cls):
        cls.county = county_setup.load(cls.platform)
        folder = cls.platform.folder / "officer"
        folder.mkdir(mode=0o700)
        cls.cli = CliClient(cls.platform.addresses(), cls.county.tokens["officer"], folder)
        cls.history, _ = real_or_sample("scms_delivery_history.csv", "scms_sample.csv")
        cls.classes, cls.classes_are_real = real_or_sample("nhsa_key_monitored_classes.csv", "classes_sample.csv")
        cls.rejects = cls.platform.folder / "rejects.csv"

    def import_file(self, *arguments: str, exit_code: int = 0) -> dict:
        result = self.cli.run("import", *arguments, f"--rejects={self.rejects}")
        self.assertEqual(result.returncode, exit_code, result.stdout + result.stderr)
        outcome = json.loads(result.stdout.splitlines()[-1])
        self.assertEqual(list(outcome), ["read", "imported", "unchanged", "rejected"])
        self.assertEqual(outcome["read"], outcome["imported"] + outcome["unchanged"] + outcome["rejected"])
        return outcome

    def import_history(self, path: pathlib.Path, *arguments: str, exit_code: int = 0) -> dict:
        return self.import_file("history", f"--mapping={MAPPING}", *arguments, str(path), exit_code=exit_code)

    def rejected_lines(self) -> set[str]:
        """Line numbers of the rejects file."""
        return {row["line"] for row in records(self.rejects)} if self.rejects.exists() else set()

    def test_01_each_line_of_the_history_is_imported_or_rejected(self):
        outcome = self.import_history(self.history)
        lines = len(records(self.history))
        print(f"history: {outcome}", flush=True)
        self.assertEqual(outcome["read"], lines)
        self.assertEqual(outcome["rejected"], len(self.rejected_lines()))
        self.assertEqual(outcome["imported"], lines - outcome["rejected"])
        stored = self.platform.database.number("SELECT count(*) FROM procurement.history_line")
        self.assertEqual(stored, outcome["imported"])

    def test_02_what_the_api_reports_equals_the_file(self):
        self.assertEqual(self.rejected_lines(), set())
        differences = recompute_history.compare(self.history, self.county.clients["officer"], "scms")
        self.assertEqual(differences, [])
        by_year, by_vendor = recompute_history.recompute(self.history)
        total = sum(sums.value for sums in by_vendor.values())
        print(f"equal: {len(by_year)} years of {len(by_vendor)} vendors, {total} in all", flush=True)

    def test_03_the_comparison_would_see_a_difference(self):
        by_year, by_vendor = recompute_history.recompute(self.history)
        next(iter(by_year.values())).quantity += 1
        next(iter(by_vendor.values())).on_time_count += 1
        client = self.county.clients["officer"]
        summaries = recompute_history.all_pages(client, "procurement.ListHistorySummaries", "summaries", "scms")
        performances = recompute_history.all_pages(client, "procurement.ListVendorPerformances", "vendorPerformances", "scms")
        self.assertEqual(len(recompute_history.compare_years(by_year, summaries)), 1)
        self.assertEqual(len(recompute_history.compare_vendors(by_vendor, performances)), 1)

    def test_04_the_classes_are_counted_as_the_list_has_them(self):
        outcome = self.import_file("classes", str(self.classes))
        print(f"classes: {outcome}", flush=True)
        rows = records(self.classes)
        self.assertEqual((outcome["read"], outcome["imported"]), (len(rows), len(rows)))
        codes = [row["class_code15"] for row in rows]
        expected = {
            "firstLevel": len({code[:3] for code in codes}), "secondLevel": len({code[:5] for code in codes}),
            "thirdLevel": len({code[:7] for code in codes}), "genericNames": len({code[:10] for code in codes}),
            "materials": len({code[:12] for code in codes}), "classCodes": len(set(codes)),
            "monitoredGroups": len({row["category18"] for row in rows})}
        statistics = self.county.clients["nurse"].call("catalog.GetClassStatistics", {})
        counted = {name: int(value) for name, value in statistics.items()}
        self.assertEqual(counted, expected)
        if self.classes_are_real:
            self.assertEqual({name: counted[name] for name in REAL_CLASSES}, REAL_CLASSES)

    def test_05_the_tree_can_be_walked(self):
        rows = records(self.classes)
        code = rows[0]["class_code15"]
        parent = ""
        for length, name in ((3, "l1"), (5, "l2"), (7, "l3"), (10, "generic_name"), (12, "material"), (15, "feature")):
            answer = self.county.clients["nurse"].call("catalog.ListClasses", {"parent": parent, "pageSize": 1000})
            found = {each["code"]: each["displayName"] for each in answer["classes"]}
            self.assertEqual(found[code[:length]], rows[0][name])
            parent = f"classes/{code[:length].lower()}"

    def test_06_both_again_change_nothing(self):
        before = self.facts()
        again = self.import_history(self.history)
        self.assertEqual((again["imported"], again["unchanged"]), (0, again["read"]))
        again = self.import_file("classes", str(self.classes))
        self.assertEqual((again["imported"], again["unchanged"]), (0, again["read"]))
        self.assertEqual(self.facts(), before)

    def test_07_a_dry_run_tells_what_the_import_would_do_and_changes_nothing(self):
        before = self.facts()
        outcome = self.import_history(self.damaged_copy(), "--mode=per-row", "--source=damaged", "--dry-run", exit_code=1)
        self.assertEqual((outcome["rejected"], outcome["imported"]), (2, outcome["read"] - 2))
        self.assertEqual(len(self.rejected_lines()), 2)
        outcome = self.import_history(self.damaged_copy(), "--source=damaged", "--dry-run", exit_code=1)
        self.assertEqual(outcome["imported"], 0)
        outcome = self.import_history(self.history, "--dry-run")
        self.assertEqual(outcome["unchanged"], outcome["read"])
        outcome = self.import_file("classes", str(self.classes), "--dry-run")
        self.assertEqual(outcome["unchanged"], outcome["read"])
        self.assertEqual(self.facts(), before)

    def test_07_offline_it_lists_every_bad_cell_and_sends_nothing(self):
        before = settled_state(self.platform.database)
        result = self.cli.run(
            "import", "history", f"--mapping={MAPPING}", "--dry-run", "--offline", str(self.damaged_copy()))
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        self.assertIn("not-a-number", result.stdout)
        self.assertIn("31-Feb-12", result.stdout)
        self.assertEqual(settled_state(self.platform.database), before)

    def test_08_one_bad_row_refuses_all_when_asked(self):
        before = self.facts()
        outcome = self.import_history(self.damaged_copy(), "--mode=all-or-nothing", "--source=damaged", exit_code=4)
        self.assertEqual(outcome["imported"], 0)
        self.assertEqual(self.facts(), before)

    def test_09_row_by_row_only_the_bad_rows_are_left_out(self):
        outcome = self.import_history(self.damaged_copy(), "--mode=per-row", "--source=damaged", exit_code=3)
        self.assertEqual((outcome["rejected"], outcome["imported"]), (2, outcome["read"] - 2))
        self.assertEqual(len(self.rejected_lines()), 2)
        left_out = {row["ID"] for row in records(self.history)[1:3]}
        self.assertEqual(recompute_history.compare(self.history, self.county.clients["officer"], "damaged", left_out), [])

    def test_10_only_an_officer_imports_and_only_the_alliance_sees(self):
        nurse = CliClient(self.platform.addresses(), self.county.tokens["nurse"], self.platform.folder / "officer")
        self.assertEqual(nurse.run("import", "classes", str(self.classes), f"--rejects={self.rejects}").returncode, 5)

    def facts(self) -> dict[str, str]:
        """Everything except the books of the imports themselves, and what waits in staging."""
        books = (
            ".import", ".import_batch", ".import_mark", ".idempotency", "journal.entry", ".class_revision", ".history_staging",
            ".class_import_row", ".class_import_node")
        return {table: sums for table, sums in settled_state(self.platform.database).items() if not table.endswith(books)}

    def damaged_copy(self) -> pathlib.Path:
        """The history with a bad number in its second line and a bad date in its third."""
        path = self.platform.folder / "damaged.csv"
        rows = records(self.history)
        rows[1]["Line Item Quantity"] = "not-a-number"
        rows[2]["Delivered to Client Date"] = "31-Feb-12"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0].keys())
            writer.writeheader()
            writer.writerows(rows)
        return path


if __name__ == "__main__":
    unittest.main()
