"""Processes that a test starts: killed, restarted and gone with the test, their output kept in a file."""

import os
import pathlib
import signal
import socket
import subprocess
import time

_handed_out: set[int] = set()


def free_port() -> int:
    """A port that nobody listens on now, and none that this test was given before."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        if port not in _handed_out:
            _handed_out.add(port)
            return port


class Process:
    """One program. It is started by the main thread only: it dies with the thread that started it."""

    def __init__(self, name: str, command: list[str], log: pathlib.Path, user: str = "", stop_signal=signal.SIGTERM):
        self.name = name
        self.log = log
        self._stop_signal = stop_signal
        self._command = ["setpriv", "--pdeathsig", "KILL"]
        if user and os.geteuid() == 0:
            self._command += ["--reuid", user, "--regid", user, "--init-groups"]
        self._command += command
        self._popen = None

    def start(self) -> None:
        assert not self.is_running(), f"{self.name} runs already"
        with self.log.open("ab") as log:
            self._popen = subprocess.Popen(  # pylint: disable=consider-using-with
                self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, cwd="/")

    def is_running(self) -> bool:
        return self._popen is not None and self._popen.poll() is None

    @property
    def pid(self) -> int:
        assert self._popen is not None, f"{self.name} was never started"
        return self._popen.pid

    def exit_code(self) -> int | None:
        return None if self._popen is None else self._popen.poll()

    def kill(self) -> None:
        """kill -9, and waits until it is gone."""
        if self.is_running():
            os.kill(self.pid, signal.SIGKILL)
            self._popen.wait(30)

    def stop(self, timeout_seconds: float = 30) -> int | None:
        """Asks; insists when it takes too long. Returns the exit code."""
        if not self.is_running():
            return self.exit_code()
        os.kill(self.pid, self._stop_signal)
        try:
            return self._popen.wait(timeout_seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            return self.exit_code()

    def resident_mib(self) -> float:
        return self._memory_mib("VmRSS:")

    def peak_mib(self) -> float:
        """The most that it had resident since forget_peak, or ever."""
        return self._memory_mib("VmHWM:")

    def forget_peak(self) -> None:
        pathlib.Path(f"/proc/{self.pid}/clear_refs").write_text("5", encoding="ascii")

    def _memory_mib(self, what: str) -> float:
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text(encoding="ascii").splitlines():
            if line.startswith(what):
                return int(line.split()[1]) / 1024
        return 0.0

    def last_words(self, lines: int = 15) -> str:
        """The end of its log, without the calls that went well."""
        try:
            text = self.log.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""
        told = [line for line in text.splitlines() if " code=OK " not in line and " code=ok " not in line]
        return "\n".join(f"  {self.name} | {line[:300]}" for line in told[-lines:])


def wait_until(condition, seconds: float, what: str, pause_seconds: float = 0.05):
    """The first true value of `condition()`; an AssertionError that says what did not happen."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(pause_seconds)
