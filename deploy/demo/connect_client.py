"""A small client of the gateway: Connect protocol, unary, JSON, nothing but Python's own library."""

import base64
import http.client
import json
import time
import urllib.parse
import uuid

NAMESPACE = uuid.UUID("6f1c2b0e-7f4e-5d55-9a53-71e1a9a3c0de")
ATTEMPTS_MAX = 5


def request_id(name: str) -> str:
    """The same name always gives the same id, so that a repeated call is known as repeated."""
    return str(uuid.uuid5(NAMESPACE, name))


class ApiError(Exception):
    """What the platform refused, with the stable reason that programs act on."""

    def __init__(self, http_status: int, body: dict):
        self.http_status = http_status
        self.code = body.get("code", "unknown")
        self.message = body.get("message", "")
        self.details = body.get("details", [])
        self.reason = self._find_reason()
        super().__init__(f"{self.code} {self.reason}: {self.message}")

    def _find_reason(self) -> str:
        for detail in self.details:
            if not detail.get("type", "").endswith("google.rpc.ErrorInfo"):
                continue
            if "debug" in detail:
                return detail["debug"].get("reason", "")
            value = detail.get("value", "")
            raw = base64.b64decode(value + "=" * (-len(value) % 4))
            # Field 1 of ErrorInfo: a tag, a length below 128, the reason.
            return raw[2 : 2 + raw[1]].decode() if raw[:1] == b"\x0a" else ""
        return ""


class Client:
    """Calls as one user, or as nobody."""

    def __init__(self, address: str, token: str = "", user: str = "", timeout_seconds: float = 30):
        self.address = address
        self.token = token
        self.user = user
        self.timeout_seconds = timeout_seconds
        self._host = urllib.parse.urlsplit(address).netloc

    def sign_in(self, user: str, password: str) -> "Client":
        answer = self.call("identity.SignIn", {"user": user, "password": password})
        return Client(self.address, answer["accessToken"], user, self.timeout_seconds)

    def call(self, method: str, message: dict) -> dict:
        """`method` is short, "catalog.CreateItem", or full, "qingqu.….v1.…Service/CreateItem". A service that is
        overloaded or restarts is asked again; every mutation carries its request id, so that is safe."""
        for attempt in range(ATTEMPTS_MAX):
            try:
                return self._call_once(full_method(method), message)
            except ApiError as error:
                if error.code != "unavailable" or attempt + 1 == ATTEMPTS_MAX:
                    raise
            except (ConnectionError, http.client.HTTPException):
                if attempt + 1 == ATTEMPTS_MAX:
                    raise
            time.sleep(0.2 * 2**attempt)
        raise AssertionError("unreachable")

    def _call_once(self, method: str, message: dict) -> dict:
        headers = {"content-type": "application/json", "connect-protocol-version": "1"}
        if self.token:
            headers["authorization"] = f"Bearer {self.token}"
        connection = http.client.HTTPConnection(self._host, timeout=self.timeout_seconds)
        try:
            connection.request("POST", f"/{method}", json.dumps(message).encode(), headers)
            response = connection.getresponse()
            text = response.read()
        finally:
            connection.close()
        try:
            body = json.loads(text or b"{}")
        except ValueError:
            body = {"code": "unknown", "message": text[:200].decode(errors="replace")}
        if response.status != 200:
            raise ApiError(response.status, body)
        return body


def full_method(method: str) -> str:
    if "/" in method:
        return method
    area, name = method.split(".")
    return f"qingqu.{area}.v1.{area.capitalize()}Service/{name}"
