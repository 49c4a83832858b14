"""What strangers may throw at the edge, byte by byte, while somebody else goes on being served. Afterwards the same processes live."""

import json
import socket
import ssl
import threading
import time
import unittest

from edge_case import GET_SELF, JSON, LIST_ITEMS, SIGN_IN, STREAM_MOVEMENTS, EdgeCase
from edge_client import (
    CLOSED, CONTINUATION, DATA, END_HEADERS, END_STREAM, GOAWAY, HEADERS, PING, PREFACE, PRIORITY, PUSH_PROMISE, RST_STREAM, SETTINGS,
    WINDOW_UPDATE, Edge, Http2Client, RawClient, exchange, frame, grpc_frame, grpc_headers, header_block, hpack_integer)

MIB = 1 << 20
PATH = f"/{GET_SELF}".encode()
GRPC_FIELDS = [
    (b":method", b"POST"), (b":scheme", b"https"), (b":authority", b"localhost"), (b":path", PATH), (b"content-type", b"application/grpc"),
    (b"te", b"trailers")]
GOOD_BLOCK = header_block(GRPC_FIELDS)
GOOD_CALL = frame(HEADERS, END_HEADERS, 1, GOOD_BLOCK) + frame(DATA, END_STREAM, 1, grpc_frame(b""))


class Bystander(threading.Thread):
    """Keeps to the rules, from an address of its own, by both ways, all the time."""

    def __init__(self, edge: Edge, token: str):
        super().__init__(daemon=True)
        self._edge = edge.come_from("127.0.2.1")
        self._token = token
        self._over = threading.Event()
        self.served = 0
        self.failures: list[str] = []

    def run(self):
        while not self._over.wait(0.05):
            try:
                self._call()
                self.served += 1
            except Exception as error:  # pylint: disable=broad-except
                self.failures.append(f"{time.strftime('%X')} {error!r}")

    def _call(self):
        with Http2Client(self._edge) as client:
            answer = client.grpc(GET_SELF, token=self._token)
            assert answer.grpc_status == "0", answer
            answer = client.call(f"/{GET_SELF}", {**JSON, "authorization": f"Bearer {self._token}"}, b"{}")
            assert answer.http_status == 200, answer

    def finish(self):
        self._over.set()
        self.join(60)


class EdgeAttackTest(EdgeCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.token = cls.sign_in("inspector")
        cls.pids = cls.deployment.pids()
        cls.resident_before = EdgeCase.resident_mib(cls("run"))
        cls.bystander = Bystander(cls.edge, cls.token)
        cls.bystander.start()

    def setUp(self):
        # Each from an address of its own, so that none is refused for what another did.
        number = int(self._testMethodName.split("_")[1])
        self.edge = type(self).edge.come_from(f"127.0.1.{number}")
        self.addCleanup(self.expect_all_well)

    def expect_all_well(self):
        """The same processes, and who attacked is served when it behaves."""
        self.assertEqual(self.deployment.pids(), self.pids)
        with Http2Client(self.edge) as client:
            self.assert_grpc(client.grpc(GET_SELF, token=self.token), 0)

    def expect_closed(self, *frames: bytes, preface: bytes = PREFACE + frame(SETTINGS, 0, 0)):
        """The edge answers with an error of the connection or of the stream, or just closes; nothing of it is served."""
        with RawClient(self.edge, preface) as client:
            for one in frames:
                if not client.send(one):
                    return
            seen = client.frames(3)
        kinds = [kind for kind, _, _ in seen]
        answers = [payload for kind, _, payload in seen if kind == HEADERS]
        self.assertTrue(GOAWAY in kinds or RST_STREAM in kinds or not answers, seen)
        self.assertNotIn(DATA, kinds, seen)

    def expect_refused(self, fields: list[tuple[bytes, bytes]]):
        """As a request by HTTP/2: an error of HTTP or gRPC, or the end of stream or connection."""
        with RawClient(self.edge) as client:
            client.send(frame(HEADERS, END_HEADERS, 1, header_block(fields)) + frame(DATA, END_STREAM, 1, grpc_frame(b"")))
            seen = client.frames(3)
        self.assertTrue(any(kind in (GOAWAY, RST_STREAM, HEADERS) for kind, _, _ in seen) or not seen, seen)
        return seen

    def test_01_what_is_no_http_2(self):
        for garbage in (b"\x00" * 100, b"\xff" * 5000, b"PRI * HTTP/1.1\r\n\r\nSM\r\n\r\n", PREFACE[:-2] + b"xx", b"\x16\x03\x01" * 100):
            self.expect_closed(preface=garbage)
        self.expect_closed(preface=PREFACE + frame(DATA, 0, 1, b"x"))
        for plain in (b"GET / HTTP/1.1\r\n\r\n", PREFACE + frame(SETTINGS, 0, 0) + GOOD_CALL, b"\x16\x03\x03\xff\xff" + b"\x00" * 70000):
            with socket.create_connection(("127.0.0.1", self.edge.port), 20, (self.edge.source, 0)) as connection:
                try:
                    connection.sendall(plain)
                    self.assertNotIn(b"HTTP/1", connection.recv(1000))
                except CLOSED:
                    pass

    def test_02_frames_that_lie(self):
        for one in (
                frame(HEADERS, END_HEADERS, 1, b"", length=(1 << 24) - 1), frame(DATA, 0, 0, b"x"), frame(DATA, 0, 1, b"x"),
                frame(HEADERS, END_HEADERS, 2, GOOD_BLOCK), frame(HEADERS, END_HEADERS, 0, GOOD_BLOCK),
                frame(SETTINGS, 0, 0, b"12345"), frame(SETTINGS, 1, 0, b"123456"), frame(SETTINGS, 0, 1, b""),
                frame(PING, 0, 0, b"1234"), frame(PING, 0, 1, b"12345678"), frame(WINDOW_UPDATE, 0, 0, b"\x00" * 4),
                frame(WINDOW_UPDATE, 0, 0, b"123"), frame(RST_STREAM, 0, 1, b"\x00" * 4), frame(RST_STREAM, 0, 0, b"\x00" * 4),
                frame(CONTINUATION, END_HEADERS, 1, GOOD_BLOCK), frame(PUSH_PROMISE, END_HEADERS, 1, b"\x00\x00\x00\x02" + GOOD_BLOCK),
                frame(HEADERS, END_HEADERS | 0x8, 1, b"\xff" + GOOD_BLOCK), frame(PRIORITY, 0, 1, b"123"), frame(GOAWAY, 0, 1, b"\x00" * 8),
                frame(HEADERS, 0, 1, GOOD_BLOCK) + frame(PING, 0, 0, b"12345678")):
            with self.subTest(frame=one[:16]):
                self.expect_closed(one)

    def test_03_windows_that_overflow(self):
        largest = b"\x7f\xff\xff\xff"
        self.expect_closed(frame(WINDOW_UPDATE, 0, 0, largest) * 2)
        self.expect_closed(frame(HEADERS, END_HEADERS, 1, GOOD_BLOCK), frame(WINDOW_UPDATE, 0, 1, largest) * 2)
        self.expect_closed(frame(SETTINGS, 0, 0, b"\x00\x04\xff\xff\xff\xff"))
        self.expect_closed(frame(SETTINGS, 0, 0, b"\x00\x05\x00\x00\x00\x01"))
        # More than the windows allow.
        self.expect_closed(frame(HEADERS, END_HEADERS, 1, GOOD_BLOCK), frame(DATA, 0, 1, b"\x00" * 16384) * 40)

    def test_04_floods_of_small_frames(self):
        settings = frame(SETTINGS, 0, 0, b"\x00\x03\x00\x00\x00\x64")
        for one in (settings, frame(PING, 0, 0, b"12345678"), frame(PRIORITY, 0, 1, b"\x00\x00\x00\x03\x10"), frame(SETTINGS, 1, 0),
                    frame(WINDOW_UPDATE, 0, 0, b"\x00\x00\x00\x01"), frame(99, 0, 0, b"unknown")):
            with self.subTest(frame=one[:9]), RawClient(self.edge) as client:
                client.flood(one * 500, 200)
        with RawClient(self.edge) as client:
            client.send(frame(HEADERS, END_HEADERS, 1, GOOD_BLOCK))
            client.flood(frame(DATA, 0, 1) * 500, 200)

    def test_05_headers_without_end(self):
        with RawClient(self.edge) as client:
            client.send(frame(HEADERS, 0, 1, GOOD_BLOCK))
            more = frame(CONTINUATION, 0, 1, header_block([(b"x-more", b"a" * 1000)]))
            self.assertFalse(client.flood(more * 16, 1000), "16 MB of one header were taken")
        with RawClient(self.edge) as client:
            client.send(frame(HEADERS, 0, 1, GOOD_BLOCK))
            client.flood(frame(CONTINUATION, 0, 1) * 500, 400)

    def test_06_rapid_reset(self):
        with RawClient(self.edge) as client:
            stream = 1
            for _ in range(300):
                burst = b""
                for _ in range(100):
                    burst += frame(HEADERS, END_HEADERS | END_STREAM, stream, GOOD_BLOCK) + frame(RST_STREAM, 0, stream, b"\x00\x00\x00\x08")
                    stream += 2
                if not client.send(burst):
                    break
                client.drop()
        # Resets that the edge itself is made to send.
        with RawClient(self.edge.come_from("127.0.1.106")) as client:
            for stream in range(1, 20001, 2):
                bad = frame(HEADERS, END_HEADERS, stream, GOOD_BLOCK) + frame(WINDOW_UPDATE, 0, stream, b"\x00\x00\x00\x00")
                if not client.send(bad):
                    break
                if stream % 200 == 1:
                    client.drop()
        self.edge = self.edge.come_from("127.0.1.206")

    def test_07_bombs_of_header_compression(self):
        stored = b"\x40" + hpack_integer(6, 7) + b"x-bomb" + hpack_integer(3900, 7) + b"a" * 3900
        self.expect_closed(frame(HEADERS, END_HEADERS, 1, GOOD_BLOCK + stored + b"\xbe" * 10000))
        # CVE-2023-33953: integers that never end, strings that are announced with 4 GiB.
        self.expect_closed(frame(HEADERS, END_HEADERS, 1, GOOD_BLOCK + b"\x0f" + b"\x80" * 15000))
        self.expect_closed(frame(HEADERS, END_HEADERS, 1, GOOD_BLOCK + b"\x00\x7f\xff\xff\xff\xff\x0f" + b"a" * 10000))
        self.expect_closed(frame(HEADERS, END_HEADERS, 1, GOOD_BLOCK + b"\xff\xff\xff\xff\x0f"))
        self.expect_closed(frame(HEADERS, END_HEADERS, 1, b"\x3f\xff\xff\xff\xff\x0f" + GOOD_BLOCK))
        self.expect_closed(frame(HEADERS, END_HEADERS, 1, b"\x80" + GOOD_BLOCK))
        # Huffman code that ends in the middle, and the code for the end of the string.
        self.expect_closed(frame(HEADERS, END_HEADERS, 1, GOOD_BLOCK + b"\x00\x84\xff\xff\xff\xff\x01a"))

    def test_08_names_and_values_that_are_none(self):
        for name, value in (
                (b"X-Upper", b"a"), (b"x y", b"a"), (b"x:y", b"a"), (b"x\r\ny", b"a"), (b"x\x00y", b"a"), (b"", b"a"), (b"x-\xff", b"a"),
                (b"x-value", b"a\r\nx-qingqu-client: forged"), (b"x-value", b"a\nb"), (b"x-value", b"a\x00b"), (b"connection", b"close"),
                (b"transfer-encoding", b"chunked"), (b"te", b"gzip"), (b":path", b"/other"), (b":status", b"200"), (b":new", b"a"),
                (b"content-length", b"-1"), (b"content-length", b"1, 2"), (b"upgrade", b"h2c"), (b"x_underscore", b"a")):
            with self.subTest(name=name, value=value):
                seen = self.expect_refused([*GRPC_FIELDS, (name, value)])
                self.assertNotIn(b"users/inspector", b"".join(payload for _, _, payload in seen))
        for missing in range(4):
            self.expect_refused(GRPC_FIELDS[:missing] + GRPC_FIELDS[missing + 1:])
        self.expect_refused(GRPC_FIELDS[4:] + GRPC_FIELDS[:4])
        for path in (b"*", b"no slash", b"/a b", b"/a\x00b", b"", b"/../../etc/passwd", b"/%00", b"http://other/", b"/a#b", b"/\xff"):
            self.expect_refused([*GRPC_FIELDS[:3], (b":path", path), *GRPC_FIELDS[4:]])

    def test_09_what_ends_grpc_1_51(self):
        """CVE-2023-1428: these and more than 8 KiB. CVE-2023-32732: binary headers that are no base64."""
        much = [(f"x-much-{number}".encode(), b"a" * 1000) for number in range(12)]
        for field in ((b"te", b"x"), (b"grpclb_client_stats", b"x"), (b"grpc-timeout", b"x"), (b"grpc-trace-bin", b"x"), (b"user-agent", b"\xff")):
            with self.subTest(field=field):
                self.expect_refused([*(one for one in GRPC_FIELDS if one[0] != field[0]), field, *much])
        self.expect_refused([GRPC_FIELDS[0], (b":scheme", b"x"), *GRPC_FIELDS[2:], *much])
        with Http2Client(self.edge) as client:
            for value in ("!!!", "=", "a", "\u00e9", "a" * 9000):
                answer = client.grpc(GET_SELF, token=self.token, **{"x-odd-bin": value})
                self.assert_grpc(answer, 0)

    def test_10_a_megabyte_of_header_and_ten_thousand_headers(self):
        big = header_block([(b"x-big", b"a" * MIB)])
        many = header_block([(f"x-{number}".encode(), b"a") for number in range(10000)])
        for block in (big, many):
            parts = [block[start:start + 16000] for start in range(0, len(block), 16000)]
            self.expect_closed(frame(HEADERS, 0, 1, GOOD_BLOCK), *(frame(CONTINUATION, 0, 1, part) for part in parts))
        one_by_one = "".join(f"x-{number}: a\r\n" for number in range(10000))
        for headers in (f"x-big: {'a' * MIB}\r\n", one_by_one):
            answer = exchange(self.edge, f"POST /{GET_SELF} HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n".encode())
            self.assertIn(answer[9:12], (b"", b"400", b"431"), answer[:100])
        answer = exchange(self.edge, b"GET /" + b"a" * MIB + b" HTTP/1.1\r\nhost: localhost\r\n\r\n")
        self.assertIn(answer[9:12], (b"", b"400", b"414", b"431"), answer[:100])

    def test_11_requests_within_requests(self):
        """No request has two readings: what the gateway counts is what the edge has given it."""
        inner = f"POST /{GET_SELF}Smuggled HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n"
        head = f"POST /{LIST_ITEMS} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
        length = f"content-length: {len(inner) + 5}\r\n"
        exchange(self.edge, (head + "content-length: 2\r\n\r\n{}" + inner).encode(), seconds=1)
        self.assertEqual(self.readings(), (2, 2), "two that may follow each other are two for both")
        for lines, body in (
                (length + "transfer-encoding: chunked\r\n", "0\r\n\r\n" + inner), ("transfer-encoding: chunked\r\n" + length, "0\r\n\r\n" + inner),
                ("content-length: 4\r\ntransfer-encoding: chunked\r\n", f"{len(inner):x}\r\n{inner}\r\n0\r\n\r\n"),
                ("content-length: 2\r\ncontent-length: 100\r\n", "{}" + inner), ("content-length: 2, 100\r\n", "{}" + inner),
                ("content-length: +2\r\n", "{}" + inner), ("content-length:\r\n", "{}" + inner), ("content-length : 2\r\n", "{}" + inner),
                ("transfer-encoding : chunked\r\n" + length, "0\r\n\r\n" + inner), ("transfer-encoding: xchunked\r\n" + length, "0\r\n\r\n" + inner),
                ("transfer-encoding: chunked, identity\r\n" + length, "0\r\n\r\n" + inner),
                ("transfer-encoding:\x0bchunked\r\n" + length, "0\r\n\r\n" + inner), ("x: y\ntransfer-encoding: chunked\r\n" + length, "0\r\n\r\n" + inner),
                ("transfer-encoding: chunked\r\n", "2;a=\n\r\n{}\r\n0\r\n\r\n" + inner), ("transfer-encoding: chunked\r\n", "-2\r\n{}\r\n0\r\n\r\n" + inner),
                ("transfer-encoding: chunked\r\n", "ffffffffffffffff2\r\n{}\r\n0\r\n\r\n" + inner)):
            with self.subTest(lines=lines):
                self.expect_one_reading(lambda: exchange(self.edge, (head + lines + "\r\n" + body).encode(), seconds=1.5))
        for length_told in (b"0", b"1", b"1000"):
            fields = [
                *GRPC_FIELDS[:3], (b":path", f"/{LIST_ITEMS}".encode()), (b"content-type", b"application/json"), (b"content-length", length_told)]
            self.expect_one_reading(lambda told=fields: self.expect_refused(told))

    def expect_one_reading(self, send):
        before = self.readings()
        send()
        time.sleep(0.5)
        gateway, edge = (now - then for now, then in zip(self.readings(), before))
        self.assertLessEqual(gateway, edge, "the gateway has read more requests than the edge gave it")

    def readings(self) -> tuple[int, int]:
        """Of this test's requests: what the gateway has read, and what the edge has given it. Nobody else sends such."""
        gateway = self.log_lines("gateway", lambda line: "ListItems http=" in line or "call method=unknown" in line)
        edge = self.log_lines("edge", lambda line: f"client={self.edge.source} " in line and " backend=gateway " in line)
        return gateway, edge

    def test_12_bodies_without_end(self):
        head = f"POST /{GET_SELF} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
        answer = exchange(self.edge, (head + "content-length: 99999999999999999999\r\n\r\n").encode(), seconds=3)
        self.assertIn(answer[9:12], (b"400", b"413"), answer[:100])
        answer = exchange(self.edge, (head + "content-length: 1000000000\r\n\r\n").encode() + b"a" * MIB, seconds=3)
        self.assertIn(answer[9:12], (b"", b"413"), answer[:100])
        with self.edge.connect("http/1.1") as connection:
            try:
                connection.sendall((head + "transfer-encoding: chunked\r\n\r\n").encode())
                for _ in range(64):
                    connection.sendall(b"100000\r\n" + b"a" * MIB + b"\r\n")
                self.fail("64 MiB of one body were taken")
            except CLOSED:
                pass
        with Http2Client(self.edge) as client:
            too_large = b"\x00" + (9 * MIB).to_bytes(4, "big") + b"\x00" * (9 * MIB)
            answer = client.call(f"/{GET_SELF}", grpc_headers(self.token), too_large)
            self.assertIn(answer.grpc_status, ("8", "13", ""), answer.headers)
            for body in (b"\x01" + grpc_frame(b"\x1f\x8b")[1:], b"\x00\xff\xff\xff\xff", b"\x00\x00"):
                answer = client.call(f"/{GET_SELF}", grpc_headers(self.token), body)
                self.assertNotEqual(answer.grpc_status, "0", body)

    def test_13_nul_and_other_bytes(self):
        head = "POST /{path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {size}\r\n{more}connection: close\r\n\r\n"
        body = json.dumps({"user": "a\u0000b", "password": "x"})
        answer = exchange(self.edge, head.format(path=SIGN_IN, size=len(body), more="").encode() + body.encode())
        self.assertEqual(answer[9:12], b"400", answer)
        for path, more in (("a\x00b", ""), (GET_SELF, "x-odd: a\x00b\r\n"), (GET_SELF, "x\x00: b\r\n"), (GET_SELF, "authorization: Bearer \x7f\r\n"),
                           (GET_SELF, "authorization: Bearer \xe4\r\n"), ("%00", ""), ("%0d%0ahost:%20x", "")):
            with self.subTest(path=path, more=more):
                answer = exchange(self.edge, head.format(path=path, size=2, more=more).encode("latin-1") + b"{}")
                self.assertIn(answer[9:11], (b"40", b"43", b""), answer[:100])

    def test_14_clients_that_take_their_time(self):
        """They are gone after ten seconds; a stream that is silent meanwhile goes on."""
        token = self.sign_in("pharmacist")
        with Http2Client(self.edge) as client:
            stream = client.open(f"/{STREAM_MOVEMENTS}", grpc_headers(token), grpc_frame(b"\x0a\x00"), end=False)
            client.wait(stream, messages=1)
            slow = [self.edge.connect("http/1.1") for _ in range(20)]
            slow += [self.edge.connect("h2") for _ in range(20)]
            beginnings = [b"POST / HTTP/1.1\r\nhost: localhost\r\n"] * 20
            beginnings += [PREFACE + frame(SETTINGS, 0, 0) + frame(HEADERS, 0, 1, GOOD_BLOCK)] * 20
            for connection, beginning in zip(slow, beginnings):
                self.addCleanup(connection.close)
                connection.sendall(beginning)
            open_ones = set(slow)
            deadline = time.monotonic() + 40
            while open_ones and time.monotonic() < deadline:
                time.sleep(1)
                for connection in list(open_ones):
                    if self.is_over(connection, b"x" if connection in slow[:20] else b""):
                        open_ones.discard(connection)
            self.assertEqual(len(open_ones), 0, "slow connections are still open")
            client.send(stream, grpc_frame(b"\x0a\x00"), end=True)
            self.assertEqual(client.wait(stream).grpc_status, "0")

    @staticmethod
    def is_over(connection: ssl.SSLSocket, byte: bytes) -> bool:
        """Whether the edge has closed it; else one more byte is sent."""
        connection.settimeout(0.0)
        try:
            while connection.recv(1 << 16):
                pass
            return True
        except (ssl.SSLWantReadError, BlockingIOError):
            pass
        except CLOSED:
            return True
        connection.settimeout(5)
        try:
            connection.sendall(byte)
        except CLOSED:
            return True
        return False

    def test_15_connections_that_come_and_go(self):
        """CVE-2023-4785 and the like; more than the edge takes from one address, so from several."""
        for number in range(400):
            with socket.create_connection(("127.0.0.1", self.edge.port), 20, (f"127.0.3.{number % 8 + 1}", 0)) as connection:
                if number % 2:
                    connection.sendall(b"\x16\x03\x01\x02\x00\x01")
        for number in range(100):
            edge = self.edge.come_from(f"127.0.4.{number % 4 + 1}")
            with RawClient(edge) as client:
                client.send(GOOD_CALL[:number % len(GOOD_CALL)])

    def test_16_many_streams_that_are_not_read(self):
        clients = []
        for number in range(10):
            client = RawClient(self.edge, PREFACE + frame(SETTINGS, 0, 0, b"\x00\x04\x00\x00\x00\x00"))
            clients.append(client)
            for stream in range(1, 401, 2):
                client.send(frame(HEADERS, END_HEADERS, stream, GOOD_BLOCK) + frame(DATA, 0, stream, b"\x00\x00\x00\x40\x00" + b"x" * 100))
        time.sleep(1)
        for client in clients:
            client.socket.close()

    def test_17_calls_without_messages_take_no_place_from_others(self):
        """All that one address can hold, while somebody signs in from another."""
        for number, path in ((17, SIGN_IN), (117, STREAM_MOVEMENTS)):
            block = header_block([*GRPC_FIELDS[:3], (b":path", f"/{path}".encode()), *GRPC_FIELDS[4:]])
            clients = []
            for _ in range(100):
                client = RawClient(self.edge.come_from(f"127.0.5.{number}"))
                clients.append(client)
                self.addCleanup(client.socket.close)
                self.assertTrue(client.send(b"".join(frame(HEADERS, END_HEADERS, stream, block) for stream in range(1, 33, 2))))
            began = time.monotonic()
            self.sign_in("pharmacist", self.edge)
            self.assertLess(time.monotonic() - began, 10, path)
            for client in clients:
                client.socket.close()

    def test_90_who_kept_to_the_rules_was_served_all_the_time(self):
        self.bystander.finish()
        print(f"{self.bystander.served} rounds of a bystander were served, {len(self.bystander.failures)} failed", flush=True)
        self.assertEqual(self.bystander.failures, [])
        self.assertGreater(self.bystander.served, 100)

    def test_91_memory_has_not_grown_without_bound(self):
        after = self.resident_mib()
        told = {name: f"{self.resident_before[name]:.0f} -> {after[name]:.0f} MiB" for name in after}
        print(f"resident: {told}", flush=True)
        for name, now in after.items():
            self.assertLess(now, self.resident_before[name] + 256, told)


if __name__ == "__main__":
    unittest.main()
