"""What of a stranger's headers arrives behind the edge, seen by a server in the place of the services."""

import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from edge_backend import Backend, reads_table
from edge_case import GET_SELF, EdgeCase
from edge_client import CLOSED, END_HEADERS, END_STREAM, HEADERS, Edge, Http2Client, RawClient, frame, header_block

FORGED = {
    "x-qingqu-client": "gateway", "x-qingqu-client-address": "192.0.2.1", "x-qingqu-client-certificate": "a" * 64, "x-forwarded-for": "192.0.2.1",
    "forwarded": "for=192.0.2.1", "via": "1.1 me", "x-real-ip": "192.0.2.1", "x-qingqu-acting-service": "usage", "cookie": "a=b", "x-other": "y",
    "grpc-accept-encoding": "gzip", "grpc-trace-bin": "!!!", "grpc-tags-bin": "AAAA", "accept-encoding": "gzip"}
KNOWN = {
    ":method", ":path", ":scheme", ":authority", "host", "content-type", "te", "user-agent", "authorization", "traceparent", "grpc-timeout",
    "x-qingqu-client", "x-qingqu-client-address", "x-qingqu-client-certificate"}


class EdgeHeaderTest(EdgeCase):
    """A second edge, with the deployment's own settings but for its ports, before servers of this test."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.backend = Backend()
        cls.addClassCleanup(cls.backend.close)
        settings = next((cls.deployment.var / "edge").glob("haproxy-*.cfg")).read_text(encoding="utf-8")
        base = cls.deployment.base
        settings = re.sub(rf"127\.0\.0\.1:{base} proto h2", f"127.0.0.1:{cls.backend.port} proto h2", settings)
        settings = settings.replace(f":{base + 43} ssl", f":{base + 44} ssl").replace(f":{base + 243}\n", f":{base + 244}\n")
        folder = pathlib.Path(tempfile.mkdtemp(prefix="qingqu-edge-test."))
        cls.addClassCleanup(shutil.rmtree, folder)
        (folder / "haproxy.cfg").write_text(settings, encoding="utf-8")
        process = subprocess.Popen(  # pylint: disable=consider-using-with
            ["/usr/sbin/haproxy", "-db", "-f", str(folder / "haproxy.cfg")], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        cls.addClassCleanup(process.wait)
        cls.addClassCleanup(process.send_signal, signal.SIGTERM)
        cls.edge = Edge(base + 44, cls.edge.authority)
        cls.wait_until_it_listens()

    @classmethod
    def wait_until_it_listens(cls):
        for _ in range(100):
            try:
                cls.edge.connect().close()
                return
            except CLOSED:
                time.sleep(0.1)
        raise AssertionError("the second edge does not listen")

    def arrived(self, **headers: str) -> dict[str, list[str]]:
        """The values of each header of one call, as they arrive."""
        before = len(self.backend.requests)
        with Http2Client(self.edge) as client:
            self.assert_grpc(client.grpc(GET_SELF, token="token", **headers), 0)
        self.assertEqual(len(self.backend.requests), before + 1)
        found: dict[str, list[str]] = {}
        for name, value in self.backend.requests[-1]:
            found.setdefault(name, []).append(value)
        return found

    def test_01_only_what_services_know_arrives(self):
        seen = self.arrived(**FORGED, grpc_timeout="5S", traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", user_agent="test")
        self.assertEqual(set(seen) - KNOWN, set())
        self.assertEqual((seen["authorization"], seen["grpc-timeout"], seen["user-agent"]), (["Bearer token"], ["5S"], ["test"]))
        self.assertIn("traceparent", seen)

    def test_02_what_services_believe_is_said_by_the_edge(self):
        seen = self.arrived(**FORGED)
        self.assertEqual((seen["x-qingqu-client"], seen["x-qingqu-client-address"]), (["edge"], ["127.0.0.1"]))
        self.assertNotIn("x-qingqu-client-certificate", seen)
        self.edge = self.edge.come_from("127.0.0.77")
        self.assertEqual(self.arrived()["x-qingqu-client-address"], ["127.0.0.77"])

    def test_03_te_and_scheme_are_what_grpc_expects(self):
        for value in ("x", "gzip, trailers", "trailers"):
            with RawClient(self.edge) as client:
                fields = [
                    (b":method", b"POST"), (b":scheme", b"x"), (b":authority", b"localhost"), (b":path", f"/{GET_SELF}".encode()),
                    (b"content-type", b"application/grpc"), (b"te", value.encode())]
                client.send(frame(HEADERS, END_HEADERS | END_STREAM, 1, header_block(fields)))
                client.frames(1)
        self.arrived()
        for request in self.backend.requests:
            fields = dict(request)
            self.assertEqual(fields["te"], "trailers", request)
            self.assertIn(fields[":scheme"], ("http", "https"), request)

    def test_04_no_field_refers_to_an_earlier_one(self):
        """CVE-2023-32731, CVE-2024-7246: what shares a connection behind the edge shares no state."""
        for number in range(20):
            self.arrived(user_agent=f"agent-{number % 3}", **FORGED)
        self.assertGreater(len(self.backend.blocks), 20)
        self.assertEqual([block for block in self.backend.blocks if reads_table(block)], [])
        self.assertTrue(reads_table(b"\x82\x00\x01a\x01b\xbe"))
        self.assertTrue(reads_table(b"\x7e\x01b"))
        self.assertFalse(reads_table(b"\x82\x00\x01a\x01b\x41\x01b"))

    def test_05_the_largest_header_is_far_from_what_grpc_refuses(self):
        """CVE-2023-1428, CVE-2023-33953: with a limit of 64 KiB."""
        for size in (1000, 4000, 8000, 12000, 16000, 40000):
            try:
                with Http2Client(self.edge) as client:
                    client.grpc(GET_SELF, user_agent="a" * size)
            except CLOSED:
                pass
        largest = max(sum(len(name) + len(value) + 32 for name, value in request) for request in self.backend.requests)
        self.assertLess(largest, 24 * 1024)
        self.assertGreater(largest, 3000)

    def test_06_a_machine_clients_certificate_is_named(self):
        made = self.deployment.run("certificate", "machine-1")
        self.assertEqual(made.returncode, 0, made.stderr)
        digits = made.stdout.splitlines()[-1]
        self.assertRegex(digits, "^[0-9a-f]{64}$")
        folder = self.deployment.var / "tls" / "clients" / "machine-1"
        self.edge = self.edge.with_certificate(folder / "certificate.pem", folder / "key.pem")
        self.assertEqual(self.arrived(**FORGED)["x-qingqu-client-certificate"], [digits])
        self.assertEqual(self.deployment.run("certificate", "machine-1").stdout.splitlines()[-1], digits)
        self.assertNotEqual(self.deployment.run("certificate", "../machine").returncode, 0)

    def test_07_a_certificate_of_another_authority_is_refused(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="qingqu-edge-test."))
        self.addCleanup(shutil.rmtree, folder)
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=machine-1",
             "-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")], check=True, capture_output=True)
        stranger = self.edge.with_certificate(folder / "certificate.pem", folder / "key.pem")
        with self.assertRaises(CLOSED):
            with Http2Client(stranger) as client:
                client.grpc(GET_SELF)

    def test_08_no_call_but_a_stream_lasts_longer_than_two_minutes(self):
        for told, arrives in ((None, "30S"), ("5S", "5S"), ("120S", "120S"), ("121S", "120S"), ("2M", "2M"), ("3M", "120S"), ("1H", "120S"),
                              ("120001m", "120S"), ("99999999u", "99999999u")):
            with self.subTest(told=told):
                seen = self.arrived(**({} if told is None else {"grpc_timeout": told}))
                self.assertEqual(seen["grpc-timeout"], [arrives])

    def test_09_a_call_without_a_message_reaches_no_service(self):
        before = len(self.backend.requests)
        fields = [
            (b":method", b"POST"), (b":scheme", b"https"), (b":authority", b"localhost"), (b":path", f"/{GET_SELF}".encode()),
            (b"content-type", b"application/grpc"), (b"te", b"trailers")]
        with RawClient(self.edge) as client:
            for stream in range(1, 33, 2):
                client.send(frame(HEADERS, END_HEADERS, stream, header_block(fields)))
            seen = client.frames(13)
        self.assertEqual(len(self.backend.requests), before)
        self.assertEqual(len([kind for kind, _, _ in seen if kind == HEADERS]), 16, seen)


if __name__ == "__main__":
    unittest.main()
