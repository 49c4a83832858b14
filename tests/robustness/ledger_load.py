"""Callers who post to the ledger while things are killed around them, and keep the first answer to each id."""

import collections
import datetime
import http.client
import json
import os
import random
import threading
import time
import typing
import uuid

from api_clients import RETRYABLE, ApiError, CliClient, GatewayClient
from county_setup import County
from live_platform import LivePlatform

from supply import CENTRAL, HOSPITAL, WARD, Supply

WAY = os.environ.get("QINGQU_ROBUSTNESS_WAY", "http")
SERVICE = "qingqu.distribution.v1.LedgerService/"
PATIENCE_SECONDS = 180
BATCH_MAX, LONG_BATCH = 20, 1_200  # A long batch takes more than one commit.
ITEMS, LOTS, PIECE_ITEM, PIECES = ("bandages", "needles"), 3, "pieces", 24
RESERVATION_SHORT_SECONDS = 2

# What a movement of this load may be refused with; these burn the name, but for MOVEMENT_NOT_FOUND.
REFUSALS = {
    "INSUFFICIENT_STOCK", "SERIAL_NOT_HERE", "SERIAL_ELSEWHERE", "SERIAL_USED", "RESERVATION_CLOSED", "RESERVATION_EXCEEDED",
    "QUANTITY_ODD", "NOT_REVERSIBLE", "ALREADY_REVERSED", "LOT_UNKNOWN", "GROUP_FAILED", "MOVEMENT_NOT_FOUND"}

# Of each user what he posts, as (kind, from, to, weight); HELD takes from a reservation.
HELD = "HELD"
WORK = {
    "operator": [
        ("RECEIVE", "", CENTRAL, 5), ("TRANSFER_OUT", CENTRAL, HOSPITAL, 5), ("RESERVE", CENTRAL, "", 2),
        ("TRANSFER_OUT", HELD, HOSPITAL, 2), ("VOID", "", "", 1), ("REVERSAL", "", "", 1)],
    "pharmacist": [
        ("RECEIVE", "", HOSPITAL, 4), ("TRANSFER_IN", CENTRAL, HOSPITAL, 5), ("ISSUE", HOSPITAL, WARD, 5),
        ("RETURN_TO_STORE", WARD, HOSPITAL, 2), ("USE", WARD, "", 2), ("RESERVE", HOSPITAL, "", 2), ("ISSUE", HELD, WARD, 2),
        ("VOID", "", "", 1), ("REVERSAL", "", "", 1)],
    "nurse": [
        ("USE", WARD, "", 5), ("RETURN_TO_STORE", WARD, HOSPITAL, 1)],
}
CALLERS = ["operator", "pharmacist", "nurse", "pharmacist", "operator", "pharmacist"]


class Outcome(typing.NamedTuple):
    """What became of a movement: the answer as text, or why it was refused."""
    answer: str = ""
    reason: str = ""
    message: str = ""

    def movement(self) -> dict:
        return json.loads(self.answer)


def new_name(chance: random.Random) -> str:
    """movements/ and a UUIDv7 (RFC 9562)."""
    bits = int(time.time() * 1000) << 80 | 7 << 76 | chance.getrandbits(12) << 64 | 2 << 62 | chance.getrandbits(62)
    return f"movements/{uuid.UUID(int=bits)}"


def outcome_of(result: dict) -> Outcome:
    """Of one result of a batch."""
    if "movement" in result:
        return Outcome(answer=json.dumps(result["movement"], sort_keys=True))
    error = result["error"]
    return Outcome(reason=error["details"][0]["reason"], message=error["message"])


class Held(typing.NamedTuple):
    """A reservation that somebody can post from."""
    reservation: str
    place: str


class Shared:
    """What callers know of each other's goods, and what went wrong. Lists only grow."""

    def __init__(self):
        self.stop = threading.Event()
        self.problems: list[str] = []
        self.held: dict[str, list[Held]] = collections.defaultdict(list)
        self.moved: dict[str, list[str]] = collections.defaultdict(list)


class CliCaller(CliClient):
    """GatewayClient's single attempts, by gRPC, each in a process of its own."""

    def __init__(self, platform: LivePlatform, user: str, token: str):
        folder = platform.folder / "cli"
        folder.mkdir(mode=0o700, exist_ok=True)
        super().__init__(platform.addresses(), token, folder)
        self.user, self.token = user, token

    def answer_once(self, method: str, message: dict, _timeout_ms: int) -> str:
        return self.answer(method, message)

    def post(self, method: str, body: bytes, timeout_ms: int = 30_000) -> tuple[int, str]:
        """With the HTTP status that the gateway would give."""
        result = self.run("call", f"--timeout={max(1, timeout_ms // 1000)}", method, "-", text=body.decode())
        if result.returncode == 0:
            return 200, result.stdout
        statuses = {"UNAVAILABLE": 503, "DEADLINE_EXCEEDED": 504, "FAILED_PRECONDITION": 400}
        found = [status for code, status in statuses.items() if f'"{code}"' in result.stderr]
        return found[0] if found else 500, result.stderr


def sign_in(platform: LivePlatform, user: str, way: str = WAY) -> GatewayClient | CliCaller:
    """`way` is how he calls then: "http", or "grpc" through `qingqu call`."""
    nobody = GatewayClient(platform.url, patience_seconds=PATIENCE_SECONDS)
    signed_in = nobody.sign_in(user, platform.users_password)
    return signed_in if way == "http" else CliCaller(platform, user, signed_in.token)


class Caller(threading.Thread):
    """One user with one connection at a time. Nothing it sent is left open: in the end it has asked until it was answered."""

    def __init__(self, number: int, client: GatewayClient | CliCaller, sign_in, shared: Shared, seed: int):
        super().__init__(daemon=True, name=f"{client.user}-{number}")
        self.sent: dict[str, str] = {}
        self.first: dict[str, Outcome] = {}
        self.doubts: collections.Counter = collections.Counter()
        self.settled_late = 0
        self.committed_unseen = 0
        self.asked_again = 0
        self._client, self._sign_in, self._shared = client, sign_in, shared
        self._side = "central" if client.user == "operator" else "hospital"
        self._chance = random.Random(seed * 1000 + number)
        self._aside: list[list[dict]] = []
        self._groups = 0

    def run(self) -> None:
        try:
            while not self._shared.stop.is_set() and not self._shared.problems:
                self._turn()
            over = datetime.datetime.now(datetime.timezone.utc).isoformat()[:19]
            for movements in self._aside:
                outcomes = self._ask(movements)
                self._keep(movements, outcomes)
                self.settled_late += len(movements)
                self.committed_unseen += sum(each.movement()["postTime"] < over for each in outcomes if each.answer)
        except Exception as error:  # pylint: disable=broad-except
            self._problem(f"{type(error).__name__} {error}")

    def _problem(self, sentence: str) -> None:
        self._shared.problems.append(f"{self.name}: {sentence}")

    def _turn(self) -> None:
        what = self._chance.random()
        if what < 0.1 and self.first:
            names = list(self.first)
            self.ask_again(self._chance.sample(names, min(len(names), self._chance.choice([1, 1, 1, 10]))))
            return
        if what < 0.12 and self.first:
            self._ask_otherwise(self._chance.choice(list(self.first)))
            return
        size = 1
        if what < 0.4:
            size = self._chance.randint(2, BATCH_MAX)
        elif what < 0.403:
            size = LONG_BATCH
        movements = self._make_batch(size) if size > 1 else [self._make(alone=True)]
        for movement in movements:
            self.sent[movement["name"]] = json.dumps(movement)
        outcomes = self._ask(movements, may_put_aside=True)
        if outcomes is None:
            self._aside.append(movements)
        else:
            self._keep(movements, outcomes)

    def ask_again(self, names: list[str]) -> None:
        """Each must be answered as it was."""
        self.asked_again += len(names)
        for name, now in zip(names, self._ask([json.loads(self.sent[name]) for name in names])):
            if now != self.first[name]:
                self._problem(f"{name} first {self.first[name]}, now {now}; asked for {self.sent[name]}")

    def fresh_token(self) -> str:
        return self._sign_in(self._client.user).token

    def _ask_otherwise(self, name: str) -> None:
        """The same name with other content is refused, and changes nothing."""
        if self.first[name].reason == "MOVEMENT_NOT_FOUND":
            return
        now = self._ask([{**json.loads(self.sent[name]), "document": "scans/other"}])[0]
        if now.reason != "MOVEMENT_EXISTS":
            self._problem(f"{name} with another document: {now}")

    def _ask(self, movements: list[dict], may_put_aside: bool = False) -> list[Outcome] | None:
        """The outcomes in order, after as many attempts as it takes; None when the caller gave up for now, in doubt."""
        unary = len(movements) == 1 and self._chance.random() < 0.8
        method, message = ("PostMovement", {"movement": movements[0]}) if unary else ("PostMovements", {"movements": movements})
        timeout_ms = 300 if self._chance.random() < 0.05 else 30_000
        deadline, pause_seconds = time.monotonic() + PATIENCE_SECONDS, 0.02
        while True:
            try:
                answer = json.loads(self._client.answer_once(SERVICE + method, message, timeout_ms))
                outcomes = [outcome_of(each) for each in ([{"movement": answer}] if unary else answer["results"])]
                assert len(outcomes) == len(movements), f"{len(outcomes)} results for {len(movements)} movements"
                return outcomes
            except ApiError as error:
                if error.reason == "TOKEN_EXPIRED":
                    self._client = self._sign_in(self._client.user)
                    continue
                if error.code not in RETRYABLE or error.reason == "GROUP_FAILED":
                    assert unary, f"{method}: {error}"
                    return [Outcome(reason=error.reason, message=error.message)]
                self.doubts[error.reason or error.code] += 1
            except (OSError, http.client.HTTPException) as error:
                self.doubts[type(error).__name__] += 1
            if may_put_aside and self._chance.random() < 0.15:
                return None
            assert time.monotonic() < deadline, f"no answer to {method} of {movements[0]['name']} in {PATIENCE_SECONDS} s"
            timeout_ms = 30_000
            time.sleep(pause_seconds)
            pause_seconds = min(2 * pause_seconds, 0.3)

    def _keep(self, movements: list[dict], outcomes: list[Outcome]) -> None:
        for movement, outcome in zip(movements, outcomes):
            self.first[movement["name"]] = outcome
            if outcome.reason:
                if outcome.reason not in REFUSALS:
                    self._problem(f"{movement} was refused with {outcome}")
                continue
            if movement["kind"] == "MOVEMENT_KIND_RESERVE":
                held = Held(movement["name"].replace("movements/", "reservations/"), movement["fromLocation"])
                self._shared.held[held.place].append(held)
            elif movement["kind"] not in ("MOVEMENT_KIND_VOID", "MOVEMENT_KIND_REVERSAL"):
                self._shared.moved[self._side].append(movement["name"])

    def _make_batch(self, size: int) -> list[dict]:
        """Some neighbours are linked, and some movements are reversed by the next one."""
        movements = []
        while len(movements) < size:
            linked = self._chance.randint(2, 4) if self._chance.random() < 0.15 else 1
            made = [self._make() for _ in range(linked)]
            if linked > 1:
                self._groups += 1
                made = [{**movement, "group": f"{self.name}-{self._groups}"} for movement in made]
            movements += made
            if linked == 1 and self._client.user != "nurse" and self._chance.random() < 0.03:
                movements.append(self._named("REVERSAL", {"original": made[0]["name"], "reason": "扫错"}))
        return movements

    def _named(self, kind: str, content: dict) -> dict:
        return {"name": new_name(self._chance), "kind": f"MOVEMENT_KIND_{kind}", "document": f"scans/{self.name}", **content}

    def _make(self, alone: bool = False) -> dict:
        work = WORK[self._client.user]
        while True:
            kind, source, target, _ = self._chance.choices(work, [row[3] for row in work])[0]
            content = self._content(kind, source, alone)
            if content is not None:
                break
        movement = self._named(kind, content)
        if source not in ("", HELD):
            movement["fromLocation"] = source
        if target:
            movement["toLocation"] = target
        return movement

    def _content(self, kind: str, source: str, alone: bool) -> dict | None:
        """What depends on the kind; None when there is nothing yet that such a movement could be about."""
        chance = self._chance
        if kind == "REVERSAL":
            # Of one that was refused there is nothing to reverse. Not in a group, whose other names it would leave free.
            refused = [] if not alone or chance.random() < 0.8 else self._refused()
            names = refused or self._shared.moved[self._side]
            return {"original": chance.choice(names[-300:]), "reason": "扫错"} if names else None
        if kind == "VOID" or source == HELD:
            place = {"operator": CENTRAL, "pharmacist": HOSPITAL, "nurse": WARD}[self._client.user]
            known = self._shared.held[place][-40:]
            if not known:
                return None
            held = chance.choice(known)
            return {"reservation": held.reservation, **({} if kind == "VOID" else {"quantity": str(chance.randint(1, 4))})}
        goods = self._goods(received=kind == "RECEIVE")
        if kind == "RESERVE" and chance.random() < 0.15:
            ends = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=RESERVATION_SHORT_SECONDS)
            goods["expireTime"] = ends.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        return goods

    def _refused(self) -> list[str]:
        return [name for name, outcome in list(self.first.items())[-100:] if outcome.reason]

    def _goods(self, received: bool) -> dict:
        chance = self._chance
        if chance.random() < 0.15:
            piece = chance.randrange(PIECES)
            goods = {"item": f"items/{PIECE_ITEM}", "lot": f"P{piece % 3}", "serial": f"S{piece}", "quantity": "1"}
        else:
            quantity = chance.randint(4, 30) if received else chance.randint(1, 9)
            goods = {"item": f"items/{chance.choice(ITEMS)}", "lot": f"L{chance.randrange(LOTS)}", "quantity": str(quantity)}
        return {**goods, "expiryDate": "2031-12-31"} if received else goods


class LedgerLoad:
    """All callers, and what they were told."""

    def __init__(self, platform: LivePlatform, county: County, seed: int):
        self.shared = Shared()
        setup = Supply(county, "ledger")
        for item in ITEMS:
            setup.add_item(item)
        setup.add_item(PIECE_ITEM, serialTracked=True)
        clients = {user: sign_in(platform, user) for user in WORK}
        self.callers = [
            Caller(number, clients[user], lambda name: sign_in(platform, name), self.shared, seed)
            for number, user in enumerate(CALLERS)]

    def start(self) -> None:
        for caller in self.callers:
            caller.start()

    def problems(self) -> list[str]:
        return self.shared.problems[:10]

    def answered(self) -> int:
        return sum(len(caller.first) for caller in self.callers)

    def doubts(self) -> collections.Counter:
        return sum((caller.doubts for caller in self.callers), collections.Counter())

    def finish(self) -> None:
        """Returns when everything that was sent is answered."""
        self.shared.stop.set()
        for caller in self.callers:
            caller.join(PATIENCE_SECONDS)
            if caller.is_alive():
                self.shared.problems.append(f"{caller.name} did not come to its end")

    def outcomes(self) -> dict[str, Outcome]:
        """By the bare id."""
        return {name.removeprefix("movements/"): outcome for caller in self.callers for name, outcome in caller.first.items()}

    def sent(self) -> dict[str, dict]:
        """By the bare id."""
        return {name.removeprefix("movements/"): json.loads(text) for caller in self.callers for name, text in caller.sent.items()}
