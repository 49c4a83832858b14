"""What every bench needs: the machine in a line, figures, the load generator, pgbench."""

import json
import os
import pathlib
import platform as machine_platform
import re
import subprocess
import sys
import traceback

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path[:0] = [str(ROOT / "tests" / "support" / "live"), str(ROOT / "deploy" / "demo"), str(ROOT / "common" / "cmake")]

from generate_queries import read_statement  # noqa: E402 pylint: disable=wrong-import-position
from postgres_server import Database, binaries_folder  # noqa: E402 pylint: disable=wrong-import-position


def binaries() -> pathlib.Path:
    """Where the programs are that only measure."""
    return binaries_folder().parent / "test_bin"


def print_machine() -> None:
    model = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    memory = re.search(r"MemTotal:\s*(\d+)", pathlib.Path("/proc/meminfo").read_text(encoding="ascii"))
    version = subprocess.run(["psql", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    print(f"machine: {os.cpu_count()} x {model.group(1) if model else 'unknown'}, "
          f"{int(memory.group(1)) // 1048576 if memory else 0} GiB, Linux {machine_platform.release()}, {version}", flush=True)


def figure(name: str, value: float, digits: int = 3) -> None:
    print(f"figure {name} {value:.{digits}f}", flush=True)


def note(text: str) -> None:
    print(f"  {text}", flush=True)


def load(server: str, method: str, body: dict, token: str, **flags) -> dict:
    """Runs the load generator; what it counted."""
    command = [str(binaries() / "load_generator"), f"--server={server}", f"--method={method}",
               f"--body={json.dumps(body)}", f"--token={token}", *[f"--{name}={value}" for name, value in flags.items()]]
    result = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    counted = json.loads(result.stdout)
    note(f"{method.rsplit('/', 1)[-1]} callers={flags.get('callers')}: {counted}")
    assert counted["failed"] == 0, f"{method}: {counted} {result.stderr}"
    return counted


def best_load(server: str, method: str, body: dict, token: str, callers: list[int], **flags) -> tuple[float, int]:
    """The most answers a second of these numbers of callers, and at which."""
    return max((load(server, method, body, token, callers=count, **flags)["per_second"], count) for count in callers)


def pgbench(database: Database, role: str, script: str, clients: list[int], seconds: int) -> float:
    """The most transactions a second of these numbers of clients, with prepared statements."""
    best = 0.0
    for count in clients:
        result = subprocess.run(
            ["pgbench", "-n", "-M", "prepared", "-c", str(count), "-j", "2", "-T", str(seconds), "-f", "/dev/stdin",
             f"{database.service_conninfo} user={role}"],
            input=script, capture_output=True, text=True, check=False, timeout=300)
        assert result.returncode == 0 and "failed transactions: 0 (0.000%)" in result.stdout, result.stdout + result.stderr
        rate = float(re.search(r"tps = ([0-9.]+)", result.stdout).group(1))
        note(f"pgbench clients={count}: {rate:.0f} a second")
        best = max(best, rate)
    return best


def statement(area: str, name: str) -> str:
    """The text of one of a service's queries."""
    return " ".join(read_statement(ROOT / "services" / area / "queries" / f"{name}.sql").split())


def run_steps(bench: object, steps: list[str]) -> bool:
    """Calls the methods of these names. A step that fails costs its own figures and the exit code, and not what comes after it."""
    succeeded = True
    for step in steps:
        try:
            getattr(bench, step)()
        except Exception:  # pylint: disable=broad-exception-caught
            traceback.print_exc()
            print(f"  {step} failed", flush=True)
            succeeded = False
    return succeeded
