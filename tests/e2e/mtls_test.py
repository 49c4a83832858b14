"""Mutual TLS between the processes: the whole cycle works with it, and nobody else is spoken to."""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

from deploy_test import AREAS
from edge_case import GET_SELF, JSON, EdgeCase
from edge_client import CLOSED, PREFACE, SETTINGS, Edge, Http2Client, frame

RELOAD_SECONDS_MAX = 120


class MutualTlsTest(EdgeCase):

    arguments = ["--edge", "--mtls", "--separate"]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tls = cls.deployment.var / "tls"
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="qingqu-mtls-test."))
        cls.addClassCleanup(shutil.rmtree, cls.folder)

    def service(self, area: str, shown: pathlib.Path | None = None) -> Edge:
        """The service itself, by whoever shows the certificate in this folder."""
        port = self.deployment.base + 1 + AREAS.index(area)
        service = Edge(port, self.tls / "ca.crt")
        return service.with_certificate(shown / "certificate.pem", shown / "key.pem") if shown else service

    def is_served(self, service: Edge) -> bool:
        """Whether gRPC answers at all: without a token it says so."""
        try:
            with Http2Client(service) as client:
                return client.grpc(GET_SELF).grpc_status in ("16", "12")
        except CLOSED:
            return False

    def make(self, name: str, *arguments: str, names: str = "DNS:gateway.qingqu.internal", own: bool = False) -> pathlib.Path:
        """A certificate of the deployment's authority, or of nobody's."""
        folder = self.folder / name
        folder.mkdir()
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", str(folder / "key.pem")]
        common = ["openssl", "req", *key, "-subj", f"/CN={name}", "-addext", f"subjectAltName={names}"]
        if own:
            subprocess.run([*common, "-x509", "-out", str(folder / "certificate.pem")], check=True, capture_output=True)
            return folder
        subprocess.run([*common, "-out", str(folder / "request.pem")], check=True, capture_output=True)
        subprocess.run(
            ["openssl", "x509", "-req", "-in", str(folder / "request.pem"), "-CA", str(self.tls / "ca.crt"), "-CAkey",
             str(self.tls / "authority" / "ca.key"), "-copy_extensions", "copyall", "-out", str(folder / "certificate.pem"), *arguments],
            check=True, capture_output=True)
        return folder

    def shown_by(self, area: str) -> bytes:
        """The service's certificate."""
        with self.service(area, self.tls / "processes" / "operator").connect() as connection:
            return connection.getpeercert(binary_form=True)

    def test_01_the_whole_cycle_ran(self):
        for words in ("order-demo", "receipt-demo", "use-demo", "it balances"):
            self.assertIn(words, self.started.stdout)

    def test_02_a_certificate_is_renewed_without_a_restart(self):
        """Begun here; test_90 sees what came of it."""
        type(self).pids = self.deployment.pids()
        type(self).shown_before = self.shown_by("usage")
        (self.tls / "processes" / "usage" / "names").unlink()
        result = self.deployment.up(*self.arguments)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("made the certificate of processes/usage", result.stdout)
        self.assertEqual(self.deployment.pids(), self.pids)

    def test_03_json_and_grpc_through_the_edge(self):
        token = self.sign_in("nurse")
        with Http2Client(self.edge) as client:
            self.assert_grpc(client.grpc(GET_SELF, token=token), 0)
            answer = client.call(f"/{GET_SELF}", {**JSON, "authorization": f"Bearer {token}"}, b"{}")
            self.assertEqual(answer.http_status, 200, answer)

    def test_04_each_service_takes_whom_it_should(self):
        processes = self.tls / "processes"
        for area in AREAS:
            for name in ("gateway", "edge", "operator"):
                self.assertTrue(self.is_served(self.service(area, processes / name)), f"{area} refuses {name}")
        self.assertTrue(self.is_served(self.service("distribution", processes / "usage")))

    def test_05_and_nobody_else(self):
        processes = self.tls / "processes"
        self.assertEqual(self.deployment.run("certificate", "machine-1").returncode, 0)
        strangers = {
            "no certificate": None, "another process": processes / "supervision", "the edge's own": self.tls / "edge",
            "a machine client": self.tls / "clients" / "machine-1", "of nobody's authority": self.make("forged", own=True),
            "ended": self.make("ended", "-days", "-1"), "another name": self.make("other", names="DNS:gateway.example.org"),
            "no name": self.make("nameless", names="IP:127.0.0.1")}
        for area in ("identity", "distribution"):
            for what, folder in strangers.items():
                with self.subTest(area=area, what=what):
                    self.assertFalse(self.is_served(self.service(area, folder)))
            self.assertTrue(self.is_served(self.service(area, self.make(f"good-{area}"))), "the same way with the right name")

    def test_06_without_tls_nothing_is_said(self):
        with socket.create_connection(("127.0.0.1", self.deployment.base + 1), 20) as connection:
            connection.sendall(PREFACE + frame(SETTINGS, 0, 0))
            try:
                self.assertEqual(connection.recv(100)[3:4].hex() in ("", "02", "46"), True)
            except CLOSED:
                pass

    def test_07_keys_are_closed(self):
        for key in (self.tls / "processes").glob("*/key.pem"):
            self.assertEqual(key.stat().st_mode & 0o077, 0, key)
            self.assertEqual(key.parent.stat().st_mode & 0o077, 0, key)

    def test_08_the_client_qingqu(self):
        own = self.tls / "processes" / "operator"
        folder = self.folder / "cli"
        environment = {**os.environ, "QINGQU_CONFIG_DIR": str(folder), "LANG": "C.UTF-8"}

        def run(*words: str) -> subprocess.CompletedProcess:
            command = [str(pathlib.Path(os.environ["QINGQU_BUILD_BIN"]) / "qingqu"), "--timeout=10", *words]
            return subprocess.run(command, input=self.password, env=environment, capture_output=True, text=True, check=False, timeout=60)

        authority = f"--ca-file={self.tls / 'ca.crt'}"
        shown = [authority, f"--cert-file={own / 'certificate.pem'}", f"--key-file={own / 'key.pem'}"]
        service = f"--server=identity=127.0.0.1:{self.deployment.base + 1}"
        edge = f"--server=localhost:{self.edge.port}"
        for words in ([*shown, service], [authority, edge]):
            self.assertEqual(run(*words, "login", "nurse", "--password-stdin").returncode, 0)
            self.assertIn("users/nurse", run(*words, "whoami").stdout)
        for words in ([authority, service], [service], [edge]):
            result = run(*words, "login", "nurse", "--password-stdin")
            self.assertEqual(result.returncode, 6, result.stderr)
            self.assertIn("SERVER_UNREACHABLE", result.stderr)
        self.assertEqual(run(authority, shown[1], service, "whoami").returncode, 2)

    def test_09_an_open_key_is_refused_at_the_start(self):
        key = self.tls / "processes" / "catalog" / "key.pem"
        key.chmod(0o644)
        os.kill(int(self.deployment.pids()["catalog"]), signal.SIGKILL)
        result = self.deployment.up(*self.arguments)
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("closed to others", result.stderr)
        key.chmod(0o600)
        self.assertEqual(self.deployment.up(*self.arguments).returncode, 0)

    def test_90_the_renewed_certificate_is_shown_by_the_same_process(self):
        deadline = time.monotonic() + RELOAD_SECONDS_MAX
        while self.shown_by("usage") == self.shown_before and time.monotonic() < deadline:
            time.sleep(1)
        self.assertNotEqual(self.shown_by("usage"), self.shown_before)
        self.assertEqual(self.deployment.pids()["usage"], self.pids["usage"])

    def test_91_back_to_plain_connections(self):
        result = self.deployment.up("--edge")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertTrue(self.sign_in("nurse"))


if __name__ == "__main__":
    unittest.main()
