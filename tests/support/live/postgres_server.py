"""PostgreSQL for tests: databases on the throw-away cluster of tests/run, and a durable cluster of a test's own that it may kill."""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile

from processes import Process, free_port, wait_until

BINARIES = pathlib.Path("/usr/lib/postgresql/15/bin")
ROOT = pathlib.Path(__file__).resolve().parents[3]
TEMPLATE = "qingqu_template"
_counter = 0


def binaries_folder() -> pathlib.Path:
    folder = os.environ.get("QINGQU_BUILD_BIN") or os.environ.get("QINGQU_BIN_DIR")
    assert folder, "QINGQU_BUILD_BIN is not set: run through tests/run"
    return pathlib.Path(folder)


def binary(name: str) -> str:
    path = binaries_folder() / name
    assert path.exists(), f"{path} is not built"
    return str(path)


class Database:
    """A migrated database, read and prepared by a superuser through psql."""

    def __init__(self, conninfo: str, name: str):
        self.conninfo = f"{conninfo} dbname={name}"
        self._cluster_conninfo = conninfo
        self._name = name
        # The services bring a user of their own.
        self.service_conninfo = re.sub(r"\s*\buser=\S+", "", self.conninfo)

    def run(self, script: str) -> str:
        """Runs statements; what they print, without headings, cells separated by |."""
        return _psql(self.conninfo, script)

    def number(self, query: str) -> int:
        return int(self.run(query) or 0)

    def rows(self, query: str) -> list[list[str]]:
        return [line.split("|") for line in self.run(query).splitlines()]

    def change_behind_the_back(self, script: str) -> None:
        """Prepares what the platform itself would refuse or never do, such as letting time pass: without triggers."""
        self.run(f"BEGIN; SET LOCAL session_replication_role = replica; {script}; COMMIT;")

    def drop(self) -> None:
        _psql(f"{self._cluster_conninfo} dbname=postgres", f'DROP DATABASE IF EXISTS "{self._name}" WITH (FORCE)')


def _psql(conninfo: str, script: str) -> str:
    result = subprocess.run(
        ["psql", "-AtXq", "-v", "ON_ERROR_STOP=1", "-f", "-", conninfo], input=script, capture_output=True, text=True,
        check=False, timeout=120)
    assert result.returncode == 0, f"psql: {result.stderr.strip()}\n{script[:500]}"
    return result.stdout.rstrip("\n")


def clone_template() -> Database:
    """A copy of the migrated template on the cluster that tests/run has started."""
    global _counter  # pylint: disable=global-statement
    conninfo = os.environ.get("QINGQU_TEST_POSTGRES")
    assert conninfo, "QINGQU_TEST_POSTGRES is not set: run through tests/run"
    _counter += 1
    name = f"qingqu_live_{os.getpid()}_{_counter}"
    _psql(f"{conninfo} dbname=postgres", f'CREATE DATABASE "{name}" TEMPLATE {TEMPLATE}')
    return Database(conninfo, name)


class PostgresServer:
    """A cluster on disk with fsync, for tests that kill it."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="qingqu-live-postgres."))
        self.folder.chmod(0o755)
        self.data = self.folder / "data"
        self.data.mkdir()
        self.port = free_port()
        self.conninfo = f"host=127.0.0.1 port={self.port} user=postgres"
        if os.geteuid() == 0:
            shutil.chown(self.data, "postgres", "postgres")
        self.process = Process(
            "postgres",
            [str(BINARIES / "postgres"), "-D", str(self.data), "-p", str(self.port), "-c", "listen_addresses=127.0.0.1",
             "-c", "unix_socket_directories=", "-c", "max_connections=200", "-c", "fsync=on", "-c", "lc_messages=C",
             "-c", "dynamic_shared_memory_type=mmap", "-c", "shared_buffers=64MB"],
            self.folder / "postgres.log", user="postgres", stop_signal=signal.SIGINT)

    def create(self) -> Database:
        """Makes the cluster, starts it and migrates a database on it."""
        prefix = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups"] if os.geteuid() == 0 else []
        subprocess.run(
            [*prefix, str(BINARIES / "initdb"), f"--pgdata={self.data}", "--username=postgres", "--auth=trust",
             "--encoding=UTF8", "--locale=C.UTF-8"], check=True, capture_output=True, cwd="/")
        self.start()
        database = Database(self.conninfo, "qingqu")
        subprocess.run(
            [binary("qingqu-migrate"), f"--root={ROOT}", f"--database={database.conninfo}"], check=True, capture_output=True)
        return database

    def start(self) -> None:
        """Also after a kill, when orphaned backends may hold the shared memory for a moment."""
        def is_up() -> bool:
            if not self.process.is_running():
                self.process.start()
            ready = subprocess.run(
                [str(BINARIES / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)], check=False)
            return ready.returncode == 0
        try:
            wait_until(is_up, 60, "PostgreSQL accepts connections", 0.1)
        except AssertionError:
            print(self.process.last_words())
            raise

    def backends(self) -> list[int]:
        """The processes that serve connections."""
        query = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        return [int(pid) for pid in _psql(f"{self.conninfo} dbname=postgres", query).split()]

    def remove(self) -> None:
        self.process.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
