"""The real binaries on free ports, in both process layouts, always behind the gateway."""

import http.client
import os
import pathlib
import secrets
import shutil
import tempfile

from postgres_server import ROOT, Database, binary, clone_template
from processes import Process, free_port, wait_until

AREAS = ["identity", "catalog", "procurement", "distribution", "usage", "supervision"]
LAYOUTS = ["standalone", "separate"]


class LivePlatform:
    """A platform with a database of its own. Use it in a `with`, or call `close`."""

    def __init__(self, layout: str = "standalone", database: Database | None = None, flags: list[str] | None = None,
                 gateway_flags: list[str] | None = None):
        assert layout in LAYOUTS, layout
        self.layout = layout
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="qingqu-live."))
        self._owns_database = database is None
        self.database = database or clone_template()
        self.admin_password = secrets.token_urlsafe(18)
        self.users_password = secrets.token_urlsafe(18)
        (self.folder / "admin").write_text(self.admin_password + "\n", encoding="ascii")
        names = AREAS if layout == "separate" else ["standalone"]
        self._ports = {name: free_port() for name in [*names, "gateway"]}
        self.services = {name: self._service(name, flags or []) for name in names}
        self.gateway = Process(
            "gateway",
            [binary("qingqu-gateway"), f"--listen=127.0.0.1:{self._ports['gateway']}", f"--services={self.addresses()}",
             *(gateway_flags or [])],
            self.folder / "gateway.log")

    def __enter__(self) -> "LivePlatform":
        try:
            self.start()
        except BaseException:
            self.close(failed=True)
            raise
        return self

    def __exit__(self, exception_type, exception, traceback) -> None:
        self.close(failed=exception_type is not None)

    def addresses(self) -> str:
        """What --services and `qingqu --server` take."""
        if self.layout == "standalone":
            return f"127.0.0.1:{self._ports['standalone']}"
        return ",".join(f"{area}=127.0.0.1:{self._ports[area]}" for area in AREAS)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._ports['gateway']}"

    def process_of(self, area: str) -> Process:
        return self.services[area if self.layout == "separate" else "standalone"]

    def start(self) -> None:
        for process in self.processes():
            process.start()
        self.wait_until_healthy()

    def processes(self) -> list[Process]:
        return [*self.services.values(), self.gateway]

    def restart(self, process: Process) -> None:
        """After a kill. Does not wait."""
        process.start()

    def is_healthy(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self._ports["gateway"], timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def wait_until_healthy(self, seconds: float = 60) -> None:
        def healthy_or_dead() -> bool:
            for process in self.processes():
                assert process.is_running(), f"{process.name} ended with {process.exit_code()}\n{process.last_words()}"
            return self.is_healthy()
        wait_until(healthy_or_dead, seconds, "the platform is healthy", 0.1)

    def close(self, failed: bool = False) -> None:
        """Stops everything. The logs of a failed test are printed in part and kept whole."""
        for process in reversed(self.processes()):
            process.stop()
        if failed:
            self.show_logs()
        shutil.rmtree(self.folder, ignore_errors=True)
        if self._owns_database:
            self.database.drop()

    def show_logs(self) -> None:
        kept = pathlib.Path(os.environ.get("QINGQU_TEST_LOGS") or ROOT / "build" / "test_logs") / self.folder.name
        shutil.copytree(self.folder, kept, dirs_exist_ok=True, ignore=shutil.ignore_patterns("keys", "admin", "*.json"))
        for process in self.processes():
            print(process.last_words())
        print(f"  all of it: {kept}", flush=True)

    def _service(self, name: str, flags: list[str]) -> Process:
        command = [
            binary(f"qingqu-{name}"), f"--listen=127.0.0.1:{self._ports[name]}",
            f"--database={self.database.service_conninfo}", f"--keys_dir={self.folder / 'keys'}",
            # A load asks more often about patients and doctors than anybody may.
            "--doctor_level_per_user=1000000", "--doctor_level_per_institution=1000000", *flags]
        if self.layout == "separate":
            command.append(f"--services={self.addresses()}")
        if name in ("identity", "standalone"):
            command.append(f"--bootstrap_password_file={self.folder / 'admin'}")
            # Test users have no authenticators; services/identity/second_factor_pgtest.cc has.
            command.append("--second_factor_roles=")
        return Process(name, command, self.folder / f"{name}.log")
