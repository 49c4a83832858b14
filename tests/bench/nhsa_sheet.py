#!/usr/bin/env python3
"""A specification sheet of a million rows through `qingqu import codes`: `tests/run bench nhsa_sheet`, or `measure` from another bench."""

import json
import os
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from measuring import binaries, figure, note, print_machine  # noqa: E402 pylint: disable=wrong-import-position

import county_setup  # noqa: E402 pylint: disable=wrong-import-position,wrong-import-order
from live_platform import LivePlatform  # noqa: E402 pylint: disable=wrong-import-position,wrong-import-order
from postgres_server import binary  # noqa: E402 pylint: disable=wrong-import-position,wrong-import-order

ROWS = 1_000_000
RESIDENT_MIB_MAX = 300
RELEASE = ["--release=2026-11", "--effective=2026-11-01"]


def write_sheet(file: pathlib.Path, rows: int) -> None:
    began = time.monotonic()
    subprocess.run([str(binaries() / "write_nhsa_sheet"), str(file), str(rows)], check=True)
    note(f"a sheet of {rows} rows, {file.stat().st_size / 1048576:.0f} MiB, written in {time.monotonic() - began:.0f} s")


def measure(platform: LivePlatform, token: str, rows: int = ROWS) -> None:
    """Imports a sheet into `platform` as the owner of `token`, and prints rows a second and the most memory of client and service."""
    file = platform.folder / "sheet.xlsx"
    write_sheet(file, rows)
    process = platform.process_of("catalog")
    _forget_peak(process.pid)
    counted, seconds, client_mib = _import(platform, token, file)
    service_mib = _peak_mib(process.pid)
    assert counted["imported"] + counted["unchanged"] == rows and counted["rejected"] == 0, counted
    assert platform.database.number("SELECT count(*) FROM catalog.national_code") == counted["imported"]
    note(f"{counted['imported']} codes and {counted['unchanged']} repeated rows in {seconds:.1f} s; "
         f"client {client_mib:.0f} MiB, service {service_mib:.0f} MiB")
    figure("nhsa_sheet_rows_per_s", rows / seconds, 0)
    figure("nhsa_sheet_rss_mib", max(client_mib, service_mib), 0)
    again, again_seconds, _ = _import(platform, token, file)
    assert again["imported"] == 0 and again["rejected"] == 0, again
    note(f"the same sheet again: {again_seconds:.1f} s, nothing changed")
    file.unlink()
    assert max(client_mib, service_mib) < RESIDENT_MIB_MAX, "more memory than a sheet may take"


def _import(platform: LivePlatform, token: str, file: pathlib.Path) -> tuple[dict, float, float]:
    """What was counted, how long it took, and the most memory that the client had, in MiB."""
    environment = {**os.environ, "QINGQU_TOKEN": token, "QINGQU_CONFIG_DIR": str(platform.folder / "cli"), "LC_ALL": "C.UTF-8"}
    command = [binary("qingqu"), f"--server={platform.addresses()}", "--json", "import", "codes", *RELEASE, str(file)]
    output = platform.folder / "import.out"
    began = time.monotonic()
    with output.open("wb") as target:
        # By wait4, and so not with subprocess.run: only this child's memory counts.
        with subprocess.Popen(command, env=environment, stdout=target, stderr=subprocess.STDOUT) as client:
            _, status, usage = os.wait4(client.pid, 0)
            client.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - began
    text = output.read_text(encoding="utf-8")
    assert client.returncode == 0, text[-2000:]
    return json.loads(text.splitlines()[-1]), seconds, usage.ru_maxrss / 1024


def _forget_peak(pid: int) -> None:
    """The highest resident size begins anew (proc(5), clear_refs)."""
    pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")


def _peak_mib(pid: int) -> float:
    for line in pathlib.Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no VmHWM")


def main() -> None:
    print_machine()
    with LivePlatform("standalone") as platform:
        county = county_setup.load(platform)
        measure(platform, county.tokens["officer"], int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)


if __name__ == "__main__":
    main()
