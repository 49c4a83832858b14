#!/usr/bin/env python3
"""Recomputes from a delivery history file, without any of the importer's code or mapping, what the platform reports of it.

    tests/e2e/recompute_history.py FILE                                    prints what each vendor delivered in each year
    tests/e2e/recompute_history.py FILE --gateway URL --password_file F    compares that with the API, to the unit and to the cent
"""

import argparse
import collections
import csv
import dataclasses
import datetime
import decimal
import pathlib
import sys

MONTHS = {name: number for number, name in enumerate(
    ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), 1)}


@dataclasses.dataclass
class Sums:
    """Of one vendor, in one year or in all."""
    line_count: int = 0
    quantity: int = 0
    value: decimal.Decimal = decimal.Decimal(0)
    on_time_count: int = 0

    def add(self, quantity: int, value: decimal.Decimal, on_time: bool) -> None:
        self.line_count += 1
        self.quantity += quantity
        self.value += value
        self.on_time_count += on_time


def read_day(text: str) -> datetime.date:
    """02-Jun-06"""
    day, month, year = text.split("-")
    return datetime.date(2000 + int(year), MONTHS[month], int(day))


def recompute(path: pathlib.Path, left_out: set[str] = frozenset()) -> tuple[dict, dict]:
    """Sums by (vendor, year) and by vendor. `left_out`: ids of lines that were rejected."""
    by_year, by_vendor = collections.defaultdict(Sums), collections.defaultdict(Sums)
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            if row["ID"] in left_out:
                continue
            vendor, delivered = row["Vendor"].strip(), read_day(row["Delivered to Client Date"])
            facts = (
                int(row["Line Item Quantity"]), decimal.Decimal(row["Line Item Value"]),
                delivered <= read_day(row["Scheduled Delivery Date"]))
            by_year[vendor, delivered.year].add(*facts)
            by_vendor[vendor].add(*facts)
    return dict(by_year), dict(by_vendor)


def rate(sums: Sums) -> str:
    """On time ÷ all, 4 places."""
    exact = decimal.Decimal(sums.on_time_count) / sums.line_count
    return str(exact.quantize(decimal.Decimal("0.0001"), decimal.ROUND_HALF_UP))


def compare_years(by_year: dict, summaries: list[dict]) -> list[str]:
    """What differs, one sentence each."""
    reported = {}
    for summary in summaries:
        reported[summary["vendor"], int(summary["year"])] = Sums(
            int(summary["lineCount"]), int(summary["quantity"]), decimal.Decimal(summary["value"]),
            int(summary.get("onTimeCount", 0)))
    differences = [] if len(reported) == len(summaries) else ["a vendor's year is reported twice"]
    for key in sorted(by_year.keys() | reported.keys()):
        if by_year.get(key) != reported.get(key):
            differences.append(f"{key}: file {by_year.get(key)}, API {reported.get(key)}")
    return differences


def compare_vendors(by_vendor: dict, performances: list[dict]) -> list[str]:
    reported = {
        each["vendor"]: (
            int(each["lineCount"]), int(each["datedCount"]), int(each.get("onTimeCount", 0)),
            decimal.Decimal(each["onTimeRate"]))
        for each in performances}
    differences = [] if len(reported) == len(performances) else ["a vendor is reported twice"]
    for vendor in sorted(by_vendor.keys() | reported.keys()):
        sums = by_vendor.get(vendor)
        expected = sums and (sums.line_count, sums.line_count, sums.on_time_count, decimal.Decimal(rate(sums)))
        if expected != reported.get(vendor):
            differences.append(f"{vendor}: file {expected}, API {reported.get(vendor)}")
    return differences


def all_pages(client, method: str, field: str, source: str, page_size: int = 100) -> list[dict]:
    """Follows the page tokens of a list."""
    found, token = [], ""
    while True:
        page = client.call(method, {"source": source, "pageSize": page_size, "pageToken": token})
        found += page.get(field, [])
        token = page.get("nextPageToken", "")
        if not token:
            return found


def compare(path: pathlib.Path, client, source: str, left_out: set[str] = frozenset()) -> list[str]:
    by_year, by_vendor = recompute(path, left_out)
    summaries = all_pages(client, "procurement.ListHistorySummaries", "summaries", source)
    performances = all_pages(client, "procurement.ListVendorPerformances", "vendorPerformances", source, 7)
    return compare_years(by_year, summaries) + compare_vendors(by_vendor, performances)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=pathlib.Path)
    parser.add_argument("--gateway", help="http://127.0.0.1:7180")
    parser.add_argument("--user", default="officer")
    parser.add_argument("--password_file", type=pathlib.Path)
    parser.add_argument("--source", default="scms")
    arguments = parser.parse_args()
    by_year, by_vendor = recompute(arguments.file)
    if not arguments.gateway:
        for (vendor, year), sums in sorted(by_year.items()):
            print(f"{vendor}\t{year}\t{sums.line_count}\t{sums.quantity}\t{sums.value}\t{sums.on_time_count}")
        return 0
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "deploy" / "demo"))
    from connect_client import Client  # pylint: disable=import-outside-toplevel
    password = arguments.password_file.read_text(encoding="utf-8").strip()
    differences = compare(arguments.file, Client(arguments.gateway).sign_in(arguments.user, password), arguments.source)
    print("\n".join(differences) or f"equal: {len(by_year)} years of {len(by_vendor)} vendors")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
