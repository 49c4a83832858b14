"""A deployment with its edge, for the tests of a class."""

import pathlib
import re
import unittest
import urllib.request

from deploy_test import Deployment
from edge_client import Answer, Edge, Http2Client, first_text, proto_text

SIGN_IN = "qingqu.identity.v1.IdentityService/SignIn"
GET_SELF = "qingqu.identity.v1.IdentityService/GetSelf"
LIST_ITEMS = "qingqu.catalog.v1.CatalogService/ListItems"
STREAM_MOVEMENTS = "qingqu.distribution.v1.LedgerService/StreamMovements"
JSON = {"content-type": "application/json"}


class EdgeCase(unittest.TestCase):
    """The tests of a class share it, and run in the order of their names."""

    arguments: list[str] = ["--edge"]
    deployment: Deployment
    edge: Edge

    @classmethod
    def setUpClass(cls):
        cls.deployment = Deployment()
        cls.addClassCleanup(cls.deployment.remove)
        cls.started = cls.deployment.up(*cls.arguments)
        assert cls.started.returncode == 0, cls.started.stdout + cls.started.stderr
        cls.edge = Edge(cls.deployment.base + 43, cls.deployment.var / "tls" / "ca.crt")
        cls.password = (cls.deployment.var / "secrets" / "demo").read_text(encoding="ascii").strip()

    @classmethod
    def sign_in(cls, user: str, edge: Edge | None = None) -> str:
        """By gRPC. The access token."""
        with Http2Client(edge or cls.edge) as client:
            answer = client.grpc(SIGN_IN, proto_text(1, user) + proto_text(2, cls.password))
        assert answer.grpc_status == "0", answer.headers
        return first_text(answer.messages()[0])

    def assert_grpc(self, answer: Answer, status: int) -> Answer:
        self.assertEqual((answer.http_status, answer.headers.get("content-type"), answer.grpc_status),
                         (200, "application/grpc", str(status)), answer)
        return answer

    def resident_mib(self) -> dict[str, float]:
        """Of each process."""
        found = {}
        for name, pid in self.deployment.pids().items():
            text = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii")
            found[name] = int(re.search(r"VmRSS:\s+(\d+)", text)[1]) / 1024
        return found

    def metrics(self, offset: int) -> str:
        """What the process on this port, counted from the first, tells Prometheus."""
        address = f"http://127.0.0.1:{self.deployment.base + offset}/metrics"
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(address, timeout=20) as answer:
            return answer.read().decode()

    def log_lines(self, name: str, wanted) -> int:
        """How many lines of a process's log are wanted."""
        log = (self.deployment.var / "log" / f"{name}.log").read_text(encoding="utf-8", errors="replace")
        return sum(1 for line in log.splitlines() if wanted(line))
