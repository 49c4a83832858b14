"""What the edge promises to those who keep to the rules: deploy/README.md, "The edge"."""

import json
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import time
import unittest
from collections.abc import Callable

from deploy_test import is_running
from edge_case import GET_SELF, JSON, LIST_ITEMS, SIGN_IN, STREAM_MOVEMENTS, EdgeCase
from edge_client import CLOSED, Answer, Http2Client, exchange, first_text, grpc_frame, grpc_headers, proto_text

# A StreamMovementsRequest with one movement that says nothing.
EMPTY_MOVEMENT = b"\x0a\x00"


def unless_reset(ask: Callable[[], Answer]) -> Answer:
    """A request that meets a connection in the moment of its end is reset, as HTTP has it; the next is told."""
    answer = ask()
    for _ in range(20):
        if not answer.reset:
            break
        answer = ask()
    return answer


class EdgeTest(EdgeCase):

    def test_01_tls_is_1_3_and_nothing_older(self):
        with self.edge.connect() as connection:
            self.assertEqual((connection.version(), connection.selected_alpn_protocol()), ("TLSv1.3", "h2"))
        with self.edge.connect("http/1.1") as connection:
            self.assertEqual(connection.selected_alpn_protocol(), "http/1.1")
        with self.assertRaises(ssl.SSLError):
            self.edge.connect(maximum_version=ssl.TLSVersion.TLSv1_2)

    def test_02_its_certificate_is_of_this_deployments_authority_and_for_its_name(self):
        for context, name in ((ssl.create_default_context(), "localhost"),
                              (ssl.create_default_context(cafile=str(self.edge.authority)), "example.org")):
            with self.assertRaises(ssl.SSLCertVerificationError), socket.create_connection(("127.0.0.1", self.edge.port)) as plain:
                context.wrap_socket(plain, server_hostname=name)

    def test_03_keys_are_closed_and_the_authoritys_belongs_to_who_ran_up(self):
        tls = self.deployment.var / "tls"
        for key in (tls / "authority" / "ca.key", tls / "edge" / "key.pem", tls / "edge" / "both.pem"):
            self.assertEqual(key.stat().st_mode & 0o077, 0, key)
            self.assertEqual(key.parent.stat().st_mode & 0o077, 0, key)
        self.assertEqual((tls / "authority" / "ca.key").stat().st_uid, os.geteuid())
        self.assertNotIn("PRIVATE", (tls / "ca.crt").read_text(encoding="ascii"))

    def test_04_json_over_http_2_and_1_1(self):
        body = json.dumps({"user": "nurse", "password": self.password}).encode()
        with Http2Client(self.edge) as client:
            signed_in = client.call(f"/{SIGN_IN}", JSON, body)
            self.assertEqual(signed_in.http_status, 200, signed_in)
            token = signed_in.json()["accessToken"]
            answer = client.call(f"/{GET_SELF}", {**JSON, "authorization": f"Bearer {token}"}, b"{}")
            self.assertEqual(answer.json()["name"], "users/nurse")
        head = (f"POST /{GET_SELF} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 2\r\n"
                f"authorization: Bearer {token}\r\nconnection: close\r\n\r\n")
        answer = exchange(self.edge, head.encode() + b"{}")
        self.assertTrue(answer.startswith(b"HTTP/1.1 200 "), answer[:200])
        self.assertIn(b'"users/nurse"', answer)

    def test_05_connects_protobuf(self):
        with Http2Client(self.edge) as client:
            message = proto_text(1, "nurse") + proto_text(2, self.password)
            answer = client.call(f"/{SIGN_IN}", {"content-type": "application/proto"}, message)
            self.assertEqual(answer.http_status, 200)
            self.assertTrue(first_text(answer.body).startswith("eyJ"))

    def test_06_grpc(self):
        token = self.sign_in("nurse")
        with Http2Client(self.edge) as client:
            answer = self.assert_grpc(client.grpc(GET_SELF, token=token), 0)
            self.assertEqual(first_text(answer.messages()[0]), "users/nurse")
            self.assert_grpc(client.grpc(GET_SELF, token=token, grpc_timeout="5S"), 0)
            for _ in range(3):
                # As many as the edge allows at a time on one connection.
                streams = [client.open(f"/{GET_SELF}", grpc_headers(token), grpc_frame(b"")) for _ in range(16)]
                for stream in streams:
                    self.assertEqual(client.wait(stream).grpc_status, "0")

    def test_07_a_stream_goes_both_ways_and_survives_silence(self):
        token = self.sign_in("pharmacist")
        with Http2Client(self.edge) as client:
            stream = client.open(f"/{STREAM_MOVEMENTS}", grpc_headers(token), grpc_frame(EMPTY_MOVEMENT), end=False)
            for count in range(1, 6):
                answer = client.wait(stream, messages=count)
                self.assertEqual(len(answer.messages()), count, "one answer for each request, before the next is sent")
                self.assertIn(b"INVALID", answer.messages()[-1])
                client.send(stream, grpc_frame(EMPTY_MOVEMENT))
            client.wait(stream, messages=6)
            client.send(stream, grpc_frame(EMPTY_MOVEMENT), end=True)
            answer = client.wait(stream)
            self.assertEqual((len(answer.messages()), answer.grpc_status), (7, "0"))

    def test_08_what_the_edge_refuses_both_kinds_understand(self):
        with Http2Client(self.edge) as client:
            for method in ("qingqu.nothing.v1.Service/Do", "grpc.health.v1.Health/Check", "healthz",
                           "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"):
                self.assert_grpc(client.grpc(method), 12)
            self.assert_grpc(client.grpc(GET_SELF, grpc_timeout="soon"), 3)
            self.assert_grpc(client.grpc(GET_SELF, grpc_encoding="gzip"), 12)
            self.assert_grpc(client.grpc(GET_SELF, authorization="x" * 5000), 16)
            too_large = client.open(f"/{GET_SELF}", grpc_headers(content_length="900000000"), end=False)
            self.assert_grpc(client.wait(too_large), 8)
            refused = client.call(f"/{GET_SELF}", {**JSON, "authorization": "x" * 5000}, b"{}")
            self.assertEqual((refused.http_status, refused.json()["code"]), (401, "unauthenticated"))
            refused = client.call(f"/{GET_SELF}", JSON, method="DELETE")
            self.assertEqual((refused.http_status, refused.json()["code"]), (405, "unimplemented"))

    def test_09_the_sealed_journal_is_anybodys_to_check(self):
        with Http2Client(self.edge) as client:
            for _ in range(100):
                answer = client.call("/journal/checkpoint", {}, method="GET")
                if answer.http_status == 200:
                    break
                time.sleep(0.1)
            self.assertEqual(answer.http_status, 200)
            self.assertIn(b"\n\xe2\x80\x94 ", answer.body)

    def test_09_a_witness_outside_follows_it_over_https(self):
        """What `qingqu journal witness` reads is what the edge serves; it believes this deployment's authority only when told."""
        command = [os.environ["QINGQU_BUILD_BIN"] + "/qingqu", "--json", "journal", "witness",
                   f"--log=https://localhost:{self.edge.port}/journal",
                   f"--key={self.deployment.var / 'keys' / 'journal.vkey'}", f"--state={self.deployment.var / 'witness'}"]

        def look(**variables: str) -> subprocess.CompletedProcess:
            return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60,
                                  env={"PATH": os.environ["PATH"], **variables})

        strange = look()
        self.assertEqual(strange.returncode, 6, strange.stdout + strange.stderr)
        told = []
        for _ in range(20):
            seen = look(SSL_CERT_FILE=str(self.edge.authority))
            self.assertEqual(seen.returncode, 0, seen.stdout + seen.stderr)
            told.append(json.loads(seen.stdout)["growth"])
            if told[-1] == "grew":
                break
            self.sign_in("nurse")
            time.sleep(1)
        self.assertEqual((told[0], told[-1]), ("first", "grew"))

    def test_09_the_services_own_refusals_pass_unchanged(self):
        with Http2Client(self.edge) as client:
            answer = self.assert_grpc(client.grpc(GET_SELF), 16)
            self.assertIn("grpc-status-details-bin", answer.headers)
            answer = client.call(f"/{GET_SELF}", JSON, b"{}")
            self.assertEqual((answer.http_status, answer.json()["code"]), (401, "unauthenticated"))

    def test_10_a_crowd_from_one_address_does_not_keep_others_out(self):
        crowd = []
        refused = 0
        for _ in range(130):
            try:
                crowd.append(self.edge.come_from("127.0.0.90").connect())
            except CLOSED:
                refused += 1
        try:
            self.assertGreaterEqual(refused, 25)
            self.assertGreaterEqual(len(crowd), 95)
            self.assertTrue(self.sign_in("nurse", self.edge.come_from("127.0.0.91")))
        finally:
            for connection in crowd:
                connection.close()

    def test_11_figures_are_told_on_loopback_only_by_path(self):
        self.assertIn("haproxy_frontend_http_requests_total", self.metrics(243))

    def kill(self, name: str):
        """And waits until it is gone: what it was answering just then would be lost with it."""
        pid = self.deployment.pids()[name]
        os.kill(int(pid), signal.SIGKILL)
        for _ in range(100):
            if not is_running(pid):
                break
            time.sleep(0.05)

    def test_12_without_services_both_kinds_are_told_so(self):
        self.kill("standalone")
        with Http2Client(self.edge) as client:
            self.assert_grpc(unless_reset(lambda: client.grpc(GET_SELF)), 14)
            self.expect_unavailable(client)
            self.kill("gateway")
            self.assertEqual(self.expect_unavailable(client).headers["retry-after"], "1")

    def expect_unavailable(self, client: Http2Client) -> Answer:
        answer = unless_reset(lambda: client.call(f"/{GET_SELF}", JSON, b"{}"))
        self.assertEqual(answer.http_status, 503, answer)
        self.assertEqual(answer.json()["code"], "unavailable")
        return answer

    def test_13_up_heals_and_leaves_what_stands(self):
        before = self.deployment.pids()
        certificate = (self.deployment.var / "tls" / "edge" / "certificate.pem").read_bytes()
        result = self.deployment.up("--edge")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(self.deployment.pids()["edge"], before["edge"])
        self.assertTrue(self.sign_in("nurse"))
        os.kill(int(before["edge"]), signal.SIGKILL)
        self.assertEqual(self.deployment.up("--edge").returncode, 0)
        self.assertEqual((self.deployment.var / "tls" / "edge" / "certificate.pem").read_bytes(), certificate)
        self.assertTrue(self.sign_in("nurse"))

    def test_14_a_half_made_certificate_and_one_that_ends_soon_are_made_again(self):
        tls = self.deployment.var / "tls"
        authority = (tls / "ca.crt").read_bytes()
        for spoil in (lambda: (tls / "edge" / "key.pem").write_text("cut off", encoding="ascii"), lambda: self.shorten(tls)):
            spoil()
            result = self.deployment.up("--edge")
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertIn("made the certificate of edge", result.stdout)
            self.assertEqual((tls / "ca.crt").read_bytes(), authority)
            self.assertTrue(self.sign_in("nurse"))

    @staticmethod
    def shorten(tls: pathlib.Path) -> None:
        """The same certificate, but that it ends in 59 days."""
        edge = tls / "edge"
        request = subprocess.run(
            ["openssl", "x509", "-x509toreq", "-in", str(edge / "certificate.pem"), "-key", str(edge / "key.pem"), "-copy_extensions", "copyall"],
            check=True, capture_output=True).stdout
        subprocess.run(
            ["openssl", "x509", "-req", "-CA", str(tls / "ca.crt"), "-CAkey", str(tls / "authority" / "ca.key"), "-copy_extensions", "copyall",
             "-days", "59", "-out", str(edge / "certificate.pem")], input=request, check=True, capture_output=True)

    def test_15_separate_processes_behind_the_same_edge(self):
        result = self.deployment.up("--edge", "--separate")
        self.assertEqual(result.returncode, 0, result.stderr)
        token = self.sign_in("nurse")
        with Http2Client(self.edge) as client:
            self.assert_grpc(client.grpc(GET_SELF, token=token), 0)
            self.assert_grpc(client.grpc("qingqu.supervision.v1.SupervisionService/TraceLot", token=token), 7)
            body = json.dumps({"pageSize": 1}).encode()
            answer = client.call(f"/{LIST_ITEMS}", {**JSON, "authorization": f"Bearer {token}"}, body)
            self.assertEqual(answer.http_status, 200, answer.body)

    def test_16_without_the_flag_it_is_stopped(self):
        pid = self.deployment.pids()["edge"]
        self.assertEqual(self.deployment.up("--separate").returncode, 0)
        self.assertFalse(is_running(pid))
        with self.assertRaises(CLOSED):
            self.edge.connect()

    def test_17_wrong_settings_are_named(self):
        for name, value in (("QINGQU_EDGE_NAME", "two names"), ("QINGQU_EDGE_LISTEN", "everywhere")):
            self.deployment.environment[name] = value
            result = self.deployment.up("--edge")
            del self.deployment.environment[name]
            self.assertNotEqual(result.returncode, 0)
            self.assertIn(name, result.stderr)


if __name__ == "__main__":
    unittest.main()
