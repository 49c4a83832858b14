"""deploy/up and deploy/down from outside: what they promise in deploy/README.md, on ports and in a folder of this test's own."""

import http.client
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "deploy" / "demo"))
from connect_client import Client  # noqa: E402

AREAS = ["identity", "catalog", "procurement", "distribution", "usage", "supervision"]
OFFSETS = [*range(7), 32, 43, 80, *range(200, 207), 243, 280]


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def is_running(pid: str) -> bool:
    """A process that has ended and is not yet collected by init does not run."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def free_port_base() -> int:
    """Below the ports that the system hands out, so that nobody takes one in between."""
    start = 12000 + os.getpid() % 40 * 400
    for base in range(start, 32000, 400):
        if all(is_free(base + offset) for offset in OFFSETS):
            return base
    raise AssertionError("no free ports")


def built_preset() -> str:
    folder = os.environ.get("QINGQU_BUILD_BIN")
    assert folder, "QINGQU_BUILD_BIN is not set: run through tests/run"
    return pathlib.Path(folder).parent.name


class Deployment:
    """A deployment in a temporary folder."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="qingqu-deploy-test."))
        self.folder.chmod(0o755)
        self.var = self.folder / "var"
        self.base = free_port_base()
        self.environment = {
            **os.environ, "QINGQU_VAR_DIR": str(self.var), "QINGQU_PORT_BASE": str(self.base), "LANG": "C.UTF-8",
        }

    def run(self, script: str, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [str(ROOT / "deploy" / script), *arguments], env=self.environment, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=300, check=False)

    def up(self, *arguments: str) -> subprocess.CompletedProcess:
        return self.run("up", "--skip-build", "--preset", built_preset(), *arguments)

    def pids(self) -> dict[str, str]:
        return {path.stem: path.read_text().split()[0] for path in (self.var / "run").glob("*.pid")}

    def address(self) -> str:
        return f"http://127.0.0.1:{self.base + 80}"

    def query(self, statement: str) -> str:
        conninfo = f"host=127.0.0.1 port={self.base + 32} user=postgres dbname=qingqu"
        return subprocess.run(
            ["psql", "-AtX", conninfo, "-c", statement], check=True, capture_output=True, text=True,
            env={**os.environ, "PGPASSFILE": str(self.var / "secrets" / "pgpass")}).stdout.strip()

    def remove(self) -> None:
        self.run("down", "--erase")
        shutil.rmtree(self.folder, ignore_errors=True)


class DeployTest(unittest.TestCase):
    """One deployment lives through these in the order of their names."""

    @classmethod
    def setUpClass(cls):
        cls.deployment = Deployment()
        cls.addClassCleanup(cls.deployment.remove)
        cls.first = cls.deployment.up()

    def expect_one_line(self, result: subprocess.CompletedProcess, words: str) -> None:
        self.assertNotEqual(result.returncode, 0)
        errors = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
        self.assertEqual(len(errors), 1, result.stderr)
        self.assertIn(words, errors[0])

    def sign_in(self, user: str) -> Client:
        password = (self.deployment.var / "secrets" / "demo").read_text().strip()
        return Client(self.deployment.address()).sign_in(user, password)

    def test_01_up_starts_the_platform_and_shows_the_cycle(self):
        self.assertEqual(self.first.returncode, 0, self.first.stdout + self.first.stderr)
        for words in ("order-demo", "receipt-demo", "use-demo", "LOT_NOT_DESPATCHED", "PATIENT_REQUIRED", "permission_denied"):
            self.assertIn(words, self.first.stdout)
        self.assertIn(self.deployment.address(), self.first.stdout)
        connection = http.client.HTTPConnection("127.0.0.1", self.deployment.base + 80, timeout=10)
        self.addCleanup(connection.close)
        connection.request("GET", "/healthz")
        self.assertEqual(connection.getresponse().status, 200)

    def test_02_each_shown_user_can_sign_in(self):
        for user in ("nurse", "pharmacist", "officer", "approver", "operator", "supplier", "inspector"):
            self.assertEqual(self.sign_in(user).call("identity.GetSelf", {})["name"], f"users/{user}")

    def test_03_nothing_runs_as_root_and_secrets_are_closed(self):
        for pid in self.deployment.pids().values():
            self.assertNotEqual(os.stat(f"/proc/{pid}").st_uid, 0)
        for secret in (self.deployment.var / "secrets").iterdir():
            self.assertEqual(secret.stat().st_mode & 0o077, 0, secret)

    def test_04_up_again_changes_nothing(self):
        entries = "SELECT count(*) FROM journal.entry"
        pids, count = self.deployment.pids(), self.deployment.query(entries)
        again = self.deployment.up()
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertEqual(self.deployment.pids(), pids)
        self.assertEqual(self.deployment.query(entries), count)
        self.assertIn("order-demo", again.stdout)

    def test_05_up_heals_what_was_killed(self):
        pids = self.deployment.pids()
        postmaster = (self.deployment.var / "postgres" / "postmaster.pid").read_text().split()[0]
        for pid in (pids["standalone"], pids["gateway"], postmaster):
            os.kill(int(pid), signal.SIGKILL)
        healed = self.deployment.up()
        self.assertEqual(healed.returncode, 0, healed.stderr)
        self.assertTrue(self.sign_in("nurse").token)

    def test_06_separate_runs_one_process_a_service_on_the_same_data(self):
        separate = self.deployment.up("--separate")
        self.assertEqual(separate.returncode, 0, separate.stderr)
        self.assertEqual(set(self.deployment.pids()), {*AREAS, "gateway"})
        order = self.sign_in("officer").call("procurement.GetOrder", {"name": "orders/order-demo"})
        self.assertEqual(order["lineCount"], 2)

    def test_07_a_second_up_at_the_same_time_is_refused(self):
        lock = self.deployment.var / "run" / "lock"
        with subprocess.Popen(["flock", str(lock), "cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
            holder.stdin.write(b"held\n")
            holder.stdin.flush()
            holder.stdout.read(5)
            self.expect_one_line(self.deployment.up(), "another ./deploy/up")
            holder.stdin.close()

    def test_08_data_of_an_earlier_version_are_named(self):
        of_usage = "WHERE area = 'usage' AND number = 1"
        checksum = self.deployment.query(f"SELECT checksum FROM meta.migration {of_usage}")
        self.deployment.query(f"UPDATE meta.migration SET checksum = 'another' {of_usage}")
        self.expect_one_line(self.deployment.up("--separate"), "./deploy/down --erase removes them")
        self.deployment.query(f"UPDATE meta.migration SET checksum = '{checksum}' {of_usage}")

    def test_08_wrong_arguments_are_named(self):
        self.expect_one_line(self.deployment.run("up", "--nonsense"), "--nonsense")
        self.expect_one_line(self.deployment.run("down", "--nonsense"), "--nonsense")

    def test_09_down_stops_everything_and_may_be_repeated(self):
        pids = self.deployment.pids()
        self.assertEqual(self.deployment.run("down").returncode, 0)
        for pid in pids.values():
            self.assertFalse(is_running(pid))
        self.assertTrue(all(is_free(self.deployment.base + offset) for offset in OFFSETS))
        self.assertEqual(self.deployment.run("down").returncode, 0)
        self.assertTrue((self.deployment.var / "postgres" / "PG_VERSION").exists())

    def test_10_a_port_in_use_is_named_with_its_holder(self):
        with socket.create_server(("127.0.0.1", self.deployment.base + 80)):
            result = self.deployment.up()
        self.expect_one_line(result, f"port {self.deployment.base + 80}, for gateway, is in use by process {os.getpid()}")

    def test_11_erase_removes_the_data(self):
        self.assertEqual(self.deployment.run("down", "--erase").returncode, 0)
        self.assertFalse(self.deployment.var.exists())

    def test_12_a_half_made_cluster_is_made_again(self):
        half = self.deployment.var / "postgres.new"
        half.mkdir(parents=True)
        (half / "PG_VERSION").write_text("15\n")
        result = self.deployment.up()
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("made again", result.stdout)

    @unittest.skipUnless(os.geteuid() == 0, "only root can try to be somebody else")
    def test_13_a_missing_right_is_named(self):
        result = subprocess.run(
            ["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups", str(ROOT / "deploy" / "up"), "--skip-build"],
            env=self.deployment.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
        self.expect_one_line(result, "no right to write")


if __name__ == "__main__":
    unittest.main()
