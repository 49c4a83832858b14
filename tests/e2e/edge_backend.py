"""In place of a service behind the edge: speaks HTTP/2 without TLS, answers OK, and remembers each header block byte by byte."""

import socket
import threading

import h2.config
import h2.connection
import h2.events

from edge_client import CONTINUATION, HEADERS, PREFACE

STATIC_TABLE_SIZE = 61


class Backend(threading.Thread):
    """Listens on a free port of loopback until `close`."""

    def __init__(self):
        super().__init__(daemon=True)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.requests: list[list[tuple[str, str]]] = []
        self.blocks: list[bytes] = []
        self.start()

    def run(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def close(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self, connection: socket.socket):
        with connection:
            self._speak(connection)

    def _speak(self, connection: socket.socket):
        protocol = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="utf-8"))
        protocol.initiate_connection()
        connection.sendall(protocol.data_to_send())
        raw = b""
        while data := connection.recv(1 << 16):
            raw = self._remember(raw + data)
            for event in protocol.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    self.requests.append(event.headers)
                elif isinstance(event, h2.events.StreamEnded):
                    headers = [(":status", "200"), ("content-type", "application/grpc"), ("grpc-status", "0")]
                    protocol.send_headers(event.stream_id, headers, end_stream=True)
                elif isinstance(event, h2.events.DataReceived):
                    protocol.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            connection.sendall(protocol.data_to_send())

    def _remember(self, raw: bytes) -> bytes:
        """Takes whole frames off the beginning."""
        if raw.startswith(PREFACE):
            raw = raw[len(PREFACE):]
        while len(raw) >= 9 and len(raw) >= 9 + int.from_bytes(raw[:3], "big"):
            size = 9 + int.from_bytes(raw[:3], "big")
            if raw[3] in (HEADERS, CONTINUATION):
                self.blocks.append(raw[9:size])
            raw = raw[size:]
        return raw


def reads_table(block: bytes) -> bool:
    """Whether a header block refers to what earlier ones have put into the decoder's table: what gRPC 1.51 can be made to get wrong."""
    return any(number > STATIC_TABLE_SIZE for number in _references(block))


def _references(block: bytes):
    """The number in the tables of each field or name that is not spelt out (RFC 7541, 6)."""
    index = 0
    while index < len(block):
        first = block[index]
        if first & 0x80:
            number, index = _integer(block, index, 7)
            yield number
            continue
        if first & 0xE0 == 0x20:
            _, index = _integer(block, index, 5)
            continue
        number, index = _integer(block, index, 6 if first & 0x40 else 4)
        yield number
        for _ in range(1 if number else 2):
            size, index = _integer(block, index, 7)
            index += size


def _integer(block: bytes, index: int, bits: int) -> tuple[int, int]:
    largest = (1 << bits) - 1
    value = block[index] & largest
    index += 1
    if value < largest:
        return value, index
    shift = 0
    while True:
        value += (block[index] & 0x7F) << shift
        shift += 7
        index += 1
        if block[index - 1] < 0x80:
            return value, index
