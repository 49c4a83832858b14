"""Clients of the edge: one that keeps to HTTP/2, gRPC and HTTP/1.1, and one that writes what it likes."""

import dataclasses
import json
import pathlib
import socket
import ssl
import struct
import time

try:
    import h2.config
    import h2.connection
    import h2.events
except ImportError:
    raise SystemExit("python3-h2 is missing: ./tests/run lint installs what tests need") from None

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
END_STREAM, END_HEADERS, ACK = 0x1, 0x4, 0x1
# What a peer may do to a connection that it does not want.
CLOSED = (ConnectionError, ssl.SSLError, TimeoutError, EOFError)


@dataclasses.dataclass
class Edge:
    """Where it is, whom its clients trust, the address that they come from, and what they show."""
    port: int
    authority: pathlib.Path
    source: str = "127.0.0.1"
    certificate: pathlib.Path | None = None
    key: pathlib.Path | None = None

    def come_from(self, source: str) -> "Edge":
        return dataclasses.replace(self, source=source)

    def with_certificate(self, certificate: pathlib.Path, key: pathlib.Path) -> "Edge":
        return dataclasses.replace(self, certificate=certificate, key=key)

    def connect(self, protocol: str = "h2", timeout_seconds: float = 20, **changes) -> ssl.SSLSocket:
        context = ssl.create_default_context(cafile=str(self.authority))
        context.set_alpn_protocols([protocol])
        if self.certificate:
            context.load_cert_chain(self.certificate, self.key)
        for name, value in changes.items():
            setattr(context, name, value)
        plain = socket.create_connection(("127.0.0.1", self.port), timeout_seconds, (self.source, 0))
        try:
            secured = context.wrap_socket(plain, server_hostname="localhost", do_handshake_on_connect=False)
        except BaseException:
            plain.close()
            raise
        try:
            secured.do_handshake()
        except BaseException:
            secured.close()
            raise
        secured.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return secured


@dataclasses.dataclass
class Answer:
    """What came back on a stream. `grpc_status` is "" where there is none."""
    headers: dict
    body: bytes = b""
    reset: bool = False

    @property
    def http_status(self) -> int:
        return int(self.headers.get(":status", 0))

    @property
    def grpc_status(self) -> str:
        return self.headers.get("grpc-status", "")

    def json(self) -> dict:
        return json.loads(self.body)

    def messages(self) -> list[bytes]:
        """gRPC's, from what has come so far."""
        found, rest = [], self.body
        while len(rest) >= 5 and len(rest) >= 5 + struct.unpack(">I", rest[1:5])[0]:
            end = 5 + struct.unpack(">I", rest[1:5])[0]
            found.append(rest[5:end])
            rest = rest[end:]
        return found


class Http2Client:
    """One connection; any number of streams, used by one thread."""

    def __init__(self, edge: Edge, **changes):
        self.socket = edge.connect("h2", **changes)
        self._connection = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
        self._connection.initiate_connection()
        self.answers: dict[int, Answer] = {}
        self._ended: set[int] = set()
        self._flush()

    def __enter__(self) -> "Http2Client":
        return self

    def __exit__(self, *_) -> None:
        self.socket.close()

    def open(self, path: str, headers: dict, body: bytes = b"", method: str = "POST", end: bool = True) -> int:
        stream = self._connection.get_next_available_stream_id()
        fields = [(":method", method), (":scheme", "https"), (":authority", "localhost"), (":path", path), *headers.items()]
        self.answers[stream] = Answer({})
        self._connection.send_headers(stream, fields, end_stream=end and not body)
        self._flush()
        if body:
            self.send(stream, body, end)
        return stream

    def send(self, stream: int, body: bytes, end: bool = False) -> None:
        while body:
            room = min(self._connection.local_flow_control_window(stream), self._connection.max_outbound_frame_size)
            if room <= 0:
                self._receive()
                if stream in self._ended:
                    return
                continue
            part, body = body[:room], body[room:]
            self._connection.send_data(stream, part, end_stream=end and not body)
            self._flush()

    def wait(self, stream: int, messages: int = 0) -> Answer:
        """Until the stream has ended, or so many gRPC messages have come."""
        while stream not in self._ended and not (messages and len(self.answers[stream].messages()) >= messages):
            self._receive()
        return self.answers[stream]

    def call(self, path: str, headers: dict, body: bytes = b"", method: str = "POST") -> Answer:
        return self.wait(self.open(path, headers, body, method))

    def grpc(self, method: str, message: bytes = b"", token: str = "", **headers: str) -> Answer:
        return self.call(f"/{method}", grpc_headers(token, **headers), grpc_frame(message))

    def _flush(self) -> None:
        self.socket.sendall(self._connection.data_to_send())

    def _receive(self) -> None:
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionResetError("the edge closed the connection")
        for event in self._connection.receive_data(data):
            if isinstance(event, (h2.events.ResponseReceived, h2.events.TrailersReceived)):
                self.answers[event.stream_id].headers.update(dict(event.headers))
            elif isinstance(event, h2.events.DataReceived):
                self.answers[event.stream_id].body += event.data
                if event.flow_controlled_length:
                    self._connection.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            elif isinstance(event, h2.events.StreamEnded):
                self._ended.add(event.stream_id)
            elif isinstance(event, h2.events.StreamReset):
                self.answers[event.stream_id].reset = True
                self._ended.add(event.stream_id)
        self._flush()


def grpc_headers(token: str = "", **more: str) -> dict:
    headers = {"content-type": "application/grpc", "te": "trailers"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    return {**headers, **{name.replace("_", "-"): value for name, value in more.items()}}


def grpc_frame(message: bytes) -> bytes:
    return struct.pack(">BI", 0, len(message)) + message


def proto_text(number: int, text: str) -> bytes:
    """A text field of up to 127 bytes."""
    encoded = text.encode()
    return bytes([number << 3 | 2, len(encoded)]) + encoded


def first_text(message: bytes) -> str:
    """The text field that a message begins with."""
    size, index, shift = 0, 1, 0
    while True:
        size |= (message[index] & 0x7F) << shift
        index += 1
        if message[index - 1] < 0x80:
            return message[index:index + size].decode()
        shift += 7


def frame(kind: int, flags: int, stream: int, payload: bytes = b"", length: int | None = None) -> bytes:
    """One HTTP/2 frame, which may lie about its length."""
    size = len(payload) if length is None else length
    return struct.pack(">I", size)[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def header_block(fields: list[tuple[bytes, bytes]]) -> bytes:
    """Literals, which need no table, so that blocks can be sent in any order and number."""
    block = b""
    for name, value in fields:
        block += b"\x00" + hpack_integer(len(name), 7) + name + hpack_integer(len(value), 7) + value
    return block


def hpack_integer(value: int, bits: int, first: int = 0) -> bytes:
    """RFC 7541, 5.1."""
    largest = (1 << bits) - 1
    if value < largest:
        return bytes([first | value])
    encoded, value = [first | largest], value - largest
    while value >= 0x80:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*encoded, value])


class RawClient:
    """Writes bytes, and looks at the frames that come back."""

    def __init__(self, edge: Edge, preface: bytes = PREFACE + frame(SETTINGS, 0, 0)):
        self.socket = edge.connect("h2")
        self.socket.sendall(preface)

    def __enter__(self) -> "RawClient":
        return self

    def __exit__(self, *_) -> None:
        self.socket.close()

    def send(self, data: bytes) -> bool:
        """False when the edge has closed the connection."""
        try:
            self.socket.sendall(data)
        except CLOSED:
            return False
        return True

    def flood(self, data: bytes, times: int) -> bool:
        """In pieces, reading what comes, as long as the edge listens."""
        self.socket.settimeout(20)
        for _ in range(times):
            if not self.send(data):
                return False
            self.drop()
        return True

    def drop(self) -> None:
        """Reads what is there, so that the edge is not stopped by what it wants to say."""
        self.socket.settimeout(0.0)
        try:
            while self.socket.recv(1 << 16):
                pass
        except (ssl.SSLWantReadError, BlockingIOError, *CLOSED):
            pass
        self.socket.settimeout(20)

    def frames(self, seconds: float = 5) -> list[tuple[int, int, bytes]]:
        """Kind, stream and payload of each, until the edge closes or is silent for so long."""
        data = b""
        self.socket.settimeout(seconds)
        try:
            while part := self.socket.recv(1 << 16):
                data += part
        except CLOSED:
            pass
        found = []
        while len(data) >= 9:
            size = int.from_bytes(data[:3], "big")
            found.append((data[3], int.from_bytes(data[5:9], "big"), data[9:9 + size]))
            data = data[9 + size:]
        return found

    def is_closed(self, seconds: float = 15) -> bool:
        deadline = time.monotonic() + seconds
        self.socket.settimeout(seconds)
        try:
            while time.monotonic() < deadline:
                if not self.socket.recv(1 << 16):
                    return True
        except TimeoutError:
            return False
        except CLOSED:
            return True
        return False


def exchange(edge: Edge, request: bytes, seconds: float = 20, protocol: str = "http/1.1") -> bytes:
    """HTTP/1.1, byte for byte: what the edge says until it closes the connection or is silent."""
    answer = b""
    try:
        with edge.connect(protocol, timeout_seconds=seconds) as connection:
            connection.sendall(request)
            while part := connection.recv(1 << 16):
                answer += part
    except CLOSED:
        pass
    return answer
