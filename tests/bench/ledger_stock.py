"""The stock that `ledger` measures on, the load on it, and what each part of it costs in processor time."""

import dataclasses
import hashlib
import json
import os
import pathlib
import resource
import subprocess
import time
import uuid

from measuring import ROOT, binaries, note

import county_setup
import seeding
from api_clients import GatewayClient
from live_platform import LivePlatform
from postgres_server import Database

LOTS = 50_000
# Who posts; of people-hospital, like the stores and wards of ledger_seed.sql.
POSTER = "pharmacist"
_FOLDER = pathlib.Path(__file__).resolve().parent
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclasses.dataclass
class Stock:
    """A platform whose ledger holds `movements` movements of LOTS lots."""
    platform: LivePlatform
    county: county_setup.County
    movements: int

    def token(self, user: str = POSTER) -> str:
        """A fresh one: a bench takes longer than a token lasts."""
        return GatewayClient(self.platform.url).sign_in(user, self.platform.users_password).token


def prepare(platform: LivePlatform, movements: int) -> Stock:
    county = county_setup.load(platform)
    seeding.seed_items(platform.database)
    began = time.monotonic()
    lots = "".join(f"{number}\t{lot_id(number)}\n" for number in range(LOTS))
    run_file(platform.database, "ledger_seed.sql", f"CREATE TEMP TABLE bench_lot_id (n int, lot_id uuid);\nCOPY bench_lot_id FROM STDIN;\n"
             f"{lots}\\.\n", lots=LOTS, movements=movements)
    note(f"{movements} movements of {LOTS} lots stored, in {time.monotonic() - began:.0f} s")
    return Stock(platform, county, movements)


# Whether the journal is sealed and, but for the last 256 entries, findable.
_SEALED = """
SELECT journal.count_after(transaction_id, sequence, 1) = 0
       AND tree_size < (SELECT coalesce(max(tile_index) + 2, 1) * 256 FROM supervision.log_terms)
FROM supervision.log_checkpoint ORDER BY tree_size DESC LIMIT 1;
"""


def settle(platform: LivePlatform, seconds: int = 3600) -> None:
    """Waits until nothing is left to do with what was stored: sealing, the index of the journal, vacuum, followers."""
    began = time.monotonic()
    while time.monotonic() < began + seconds:
        cost = Cost(platform)
        time.sleep(2)
        if cost.seconds("postgres") < 0.2 and platform.database.run(_SEALED) == "t":
            if time.monotonic() - began > 10:
                note(f"settled in {time.monotonic() - began:.0f} s")
            return
    note(f"PostgreSQL is still busy after {seconds} s")


def lot_id(number: int) -> uuid.UUID:
    """As the service computes it from item and lot number (services/distribution/receipt.cc, common/base/uuid.h)."""
    text = f"lot/bench-{number // 10 + 1}/L{number % 10}"
    bits = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=16).digest(), "big")
    return uuid.UUID(int=bits & ~(0xf << 76) & ~(0x3 << 62) | 0x8 << 76 | 0x2 << 62)


def run_file(database: Database, name: str, before: str = "", **variables) -> None:
    """A script of this folder, by a superuser, after the statements `before` in the same session."""
    settings = [f"--set={key}={value}" for key, value in variables.items()]
    result = subprocess.run(
        ["psql", "-AtXq", "-v", "ON_ERROR_STOP=1", *settings, "-f", "-", database.conninfo],
        input=f"{before}\\i {_FOLDER / name}\n", capture_output=True, text=True, check=False, timeout=7200)
    assert result.returncode == 0, f"{name}: {result.stderr.strip()[-2000:]}"


def start_load(stock: Stock, mode: str, **flags) -> subprocess.Popen:
    """Callers of the ledger; see ledger_load --help for what `flags` are."""
    command = [str(binaries() / "ledger_load"), f"--server={stock.platform.addresses()}",
               f"--token={stock.token()}", f"--mode={mode}", f"--lots={LOTS}",
               *[f"--{name}={value}" for name, value in flags.items()]]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish_load(process: subprocess.Popen) -> dict:
    output, errors = process.communicate(timeout=600)
    assert process.returncode == 0, errors
    counted = json.loads(output)
    counted["stderr"] = errors.strip()
    return counted


def load(stock: Stock, mode: str, may_fail: bool = False, **flags) -> dict:
    """Runs callers of the ledger; what they counted."""
    cost = Cost(stock.platform)
    counted = finish_load(start_load(stock, mode, **flags))
    asked = " ".join(f"{name}={value}" for name, value in flags.items())
    note(f"{mode} {asked}: {counted['per_second']:.0f} a second, p50 {counted['p50_us'] / 1000:.1f} ms, "
         f"p99 {counted['p99_us'] / 1000:.1f} ms; {cost.of(counted['posted'])}"
         + (f"; {counted['refused']} refused" if counted["refused"] else ""))
    assert counted["posted"] > 0, f"{mode}: {counted}"
    assert may_fail or counted["failed"] == 0, f"{mode}: {counted}"
    return counted


class Cost:
    """Processor time from now on, of the service, of PostgreSQL and of the clients that have ended."""

    def __init__(self, platform: LivePlatform):
        self._service_pid = platform.process_of("distribution").pid
        self._postmaster_pid = platform.database.number("SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)")
        self._before = self._now()

    def of(self, count: int) -> str:
        parts = [f"{name} {(now - before) / max(count, 1) * 1e6:.0f}"
                 for (name, now), before in zip(self._now().items(), self._before.values())]
        return f"processor µs each: {', '.join(parts)}"

    def seconds(self, part: str) -> float:
        return self._now()[part] - self._before[part]

    def _now(self) -> dict[str, float]:
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        folder = pathlib.Path(f"/proc/{self._postmaster_pid}/task/{self._postmaster_pid}")
        # Of the postmaster with those backends that have ended.
        postgres = _seconds(self._postmaster_pid, 4) + sum(
            _seconds(int(pid), 2) for pid in (folder / "children").read_text(encoding="ascii").split())
        return {"service": _seconds(self._service_pid, 2), "postgres": postgres, "client": children.ru_utime + children.ru_stime}


def _seconds(pid: int, fields: int) -> float:
    """utime and stime, and with 4 fields those of children that were waited for. 0 when it has ended."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return 0
    return sum(int(value) for value in text.rsplit(")", 1)[1].split()[11:11 + fields]) / _TICKS


def conninfo_part(platform: LivePlatform, key: str) -> str:
    return dict(part.split("=", 1) for part in platform.database.conninfo.split())[key]


def peer(platform: LivePlatform, seconds: int) -> dict:
    """What Tryton moves a second on the same PostgreSQL."""
    result = subprocess.run(
        [str(ROOT / "tests" / "bench" / "peers" / "tryton"), f"--host={conninfo_part(platform, 'host')}",
         f"--port={conninfo_part(platform, 'port')}", f"--user={conninfo_part(platform, 'user')}", f"--seconds={seconds}"],
        capture_output=True, text=True, check=False, timeout=3600)
    assert result.returncode == 0, result.stderr[-2000:]
    return json.loads(result.stdout.splitlines()[-1])
