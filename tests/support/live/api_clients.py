"""The public API as a user sees it: through the gateway, and through the client `qingqu`."""

import http.client
import json
import os
import pathlib
import subprocess
import sys
import time

from postgres_server import ROOT, Database, binary
from processes import wait_until

sys.path.insert(0, str(ROOT / "deploy" / "demo"))
from connect_client import ApiError, Client, full_method  # noqa: E402
from connect_client import request_id as request_id  # noqa: E402

# After these the same request id may be sent again: nothing was done, or nobody knows.
RETRYABLE = {"unavailable", "deadline_exceeded", "aborted", "unknown"}


class GatewayClient(Client):
    """HTTP and JSON. Patient: a service that is killed and started again is only slow. Signs in again when its token ends."""

    def __init__(self, address: str, token: str = "", user: str = "", patience_seconds: float = 5):
        super().__init__(address, token, user)
        self.patience_seconds = patience_seconds
        self._password = ""

    def sign_in(self, user: str, password: str) -> "GatewayClient":
        answer = self.call("identity.SignIn", {"user": user, "password": password})
        signed_in = GatewayClient(self.address, answer["accessToken"], user, self.patience_seconds)
        signed_in._password = password
        return signed_in

    def call(self, method: str, message: dict) -> dict:
        return json.loads(self.answer(method, message) or "{}")

    def answer(self, method: str, message: dict) -> str:
        """The answer's bytes as text, after as many attempts as it takes."""
        deadline = time.monotonic() + self.patience_seconds
        pause_seconds = 0.05
        while True:
            try:
                return self.answer_once(method, message)
            except ApiError as error:
                if error.reason == "TOKEN_EXPIRED" and self._password:
                    self.token = GatewayClient(self.address).sign_in(self.user, self._password).token
                elif error.code not in RETRYABLE or time.monotonic() > deadline:
                    raise
            except (OSError, http.client.HTTPException):
                if time.monotonic() > deadline:
                    raise
            time.sleep(pause_seconds)
            pause_seconds = min(2 * pause_seconds, 0.5)

    def answer_once(self, method: str, message: dict, timeout_ms: int = 30_000) -> str:
        status, text = self.post(method, json.dumps(message).encode(), timeout_ms)
        if status == 200:
            return text
        try:
            body = json.loads(text)
        except ValueError:
            body = {"code": "unparsable", "message": f"HTTP {status}: {text[:200]}"}
        raise ApiError(status, body)

    def post(self, method: str, body: bytes, timeout_ms: int = 30_000) -> tuple[int, str]:
        headers = {
            "content-type": "application/json", "connect-protocol-version": "1", "connect-timeout-ms": str(timeout_ms)}
        if self.token:
            headers["authorization"] = f"Bearer {self.token}"
        connection = http.client.HTTPConnection(self._host, timeout=timeout_ms / 1000 + 15)
        try:
            connection.request("POST", f"/{full_method(method)}", body, headers)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()


class CliClient:
    """gRPC, through `qingqu call`."""

    def __init__(self, server: str, token: str, config_folder: pathlib.Path):
        self._server = server
        self._environment = {
            **os.environ, "QINGQU_TOKEN": token, "QINGQU_CONFIG_DIR": str(config_folder), "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}

    def run(self, *arguments: str, text: str = "", timeout_seconds: float = 300) -> subprocess.CompletedProcess:
        return subprocess.run(
            [binary("qingqu"), f"--server={self._server}", "--json", *arguments], input=text, env=self._environment,
            capture_output=True, text=True, check=False, timeout=timeout_seconds)

    def call(self, method: str, message: dict) -> dict:
        return json.loads(self.answer(method, message) or "{}")

    def answer(self, method: str, message: dict) -> str:
        result = self.run("call", full_method(method), "-", text=json.dumps(message))
        if result.returncode == 0:
            return result.stdout
        raise ApiError(0, _cli_error(result))


def _cli_error(result: subprocess.CompletedProcess) -> dict:
    """What `qingqu --json` says when it fails, in the form of the gateway's errors."""
    lines = result.stderr.splitlines() or [""]
    try:
        body = json.loads(lines[-1])
    except ValueError:
        return {"code": "unparsable", "message": f"exit code {result.returncode}: {result.stdout}{result.stderr}"}
    body["code"] = body["code"].lower()
    body["details"] = [{"type": "google.rpc.ErrorInfo", "debug": {"reason": body["reason"]}}]
    return body


class RepeatingClient:
    """Sends each change twice: the second time the same bytes must come back, and no row of the database may differ."""

    def __init__(self, inner, database: Database):
        self._inner = inner
        self._database = database
        self.repeated_count = 0

    def call(self, method: str, message: dict) -> dict:
        if "requestId" not in message:
            return self._inner.call(method, message)
        first = self._outcome(method, message)
        before = settled_state(self._database) if method in FOLLOWED else state(self._database)
        second = self._outcome(method, message)
        after = state(self._database)
        assert first == second, f"{method} again answered otherwise:\n{first}\n{second}"
        changed = [table for table in after if before.get(table) != after[table]]
        assert not changed, f"{method} again changed {changed}"
        self.repeated_count += 1
        text, refusal = second
        if refusal is not None:
            raise refusal.error
        return json.loads(text or "{}")

    def _outcome(self, method: str, message: dict) -> tuple:
        try:
            return self._inner.answer(method, message), None
        except ApiError as error:
            return None, SameError(error)


class SameError:
    """Errors are equal when a program could not tell them apart."""

    def __init__(self, error: ApiError):
        self.error = error

    def __eq__(self, other) -> bool:
        return isinstance(other, SameError) and str(self.error) == str(other.error)

    def __repr__(self) -> str:
        return str(self.error)


# Changes that another service follows within moments.
FOLLOWED = {"distribution.CreateReceipt"}
# What moves without anybody's change: cursors, leases, failed sign-ins, what was asked about people, and the log of the journal, which follows the journal.
UNSETTLED = ("journal_cursor", "use_lease", "sign_in_attempt", "doctor_level_budget", "log_tile", "log_mark", "log_checkpoint", "log_terms")
STATE_QUERY = f"""
SELECT schemaname || '.' || tablename, (xpath('/row/sum/text()', query_to_xml(format(
  $$SELECT count(*) || ':' || coalesce(md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))), '') AS sum FROM %I.%I AS t$$,
  schemaname, tablename), false, true, '')))[1]
FROM pg_tables
WHERE schemaname IN ('journal', 'identity', 'catalog', 'procurement', 'distribution', 'usage', 'supervision')
  AND tablename <> ALL ('{{{','.join(UNSETTLED)}}}')
ORDER BY 1"""


def state(database: Database) -> dict[str, str]:
    """Of each table the number of its rows and a checksum of all of them."""
    return dict(database.rows(STATE_QUERY))


def wait_for_follower(database: Database) -> None:
    """Until procurement has followed every receipt."""
    behind = """
      SELECT count(*) FROM journal.entry AS entry
      WHERE event = 'receipt.posted' AND NOT EXISTS (
        SELECT FROM procurement.journal_cursor AS passed
        WHERE (passed.transaction_id, passed.sequence) >= (entry.transaction_id, entry.sequence))"""
    wait_until(lambda: database.number(behind) == 0, 30, "procurement has followed every receipt", 0.1)


def settled_state(database: Database) -> dict[str, str]:
    """When followers have nothing more to do."""
    wait_for_follower(database)
    return state(database)


def check_ledger(client) -> dict:
    """All parts of CheckLedger together: accountCount, movementCount, findings."""
    together, token = {"accountCount": 0, "movementCount": 0, "findings": []}, ""
    while True:
        part = client.call("distribution.CheckLedger", {"pageToken": token})
        for name in ("accountCount", "movementCount"):
            together[name] += int(part.get(name, 0))
        together["findings"] += part.get("findings", [])
        token = part.get("nextPageToken", "")
        if not token:
            return together
