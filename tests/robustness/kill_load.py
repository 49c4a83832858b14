"""Callers who run whole cycles while things are killed around them, and remember every answer they were given."""

import dataclasses
import datetime
import random
import threading

from api_clients import ApiError, GatewayClient
from county_setup import County

import codes
from supply import Supply

ITEM, TIGHT_ITEM, TIGHT_CEILING = "bulk", "tight", 7


class RememberingClient:
    """Keeps the answer to each change, which the platform has thereby acknowledged."""

    def __init__(self, inner: GatewayClient, acknowledged: list):
        self._inner = inner
        self._acknowledged = acknowledged

    def call(self, method: str, message: dict) -> dict:
        answer = self._inner.call(method, message)
        if "requestId" in message:
            self._acknowledged.append((self._inner, method, message, answer))
        return answer


@dataclasses.dataclass
class Totals:
    """What the acknowledged cycles add up to."""
    cycles: int = 0
    ordered_tight: int = 0
    refused_tight: int = 0
    accepted: int = 0
    received: int = 0
    rejected: int = 0
    used: int = 0


class Load:
    """`width` callers; each finishes the cycle that it has begun, however often it has to ask."""

    def __init__(self, county: County, width: int, seed: int):
        self.acknowledged: list = []
        self.totals = Totals()
        self.problems: list[str] = []
        self._stop = threading.Event()
        self._lock = threading.Lock()
        clients = {user: RememberingClient(client, self.acknowledged) for user, client in county.clients.items()}
        self._county = County(clients, county.tokens, county.cycle)
        setup = Supply(county, "load")
        self.identifier = setup.add_item(ITEM)["deviceIdentifier"]
        setup.add_item(TIGHT_ITEM)
        setup.add_agreement(ITEM, 1_000_000)
        setup.add_agreement(TIGHT_ITEM, TIGHT_CEILING)
        self._threads = [
            threading.Thread(target=self._run, args=(number, random.Random(seed * 1000 + number)), daemon=True)
            for number in range(width)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def is_broken(self) -> bool:
        return bool(self.problems)

    def finish(self, seconds: float) -> None:
        """Returns when every cycle that was begun is finished."""
        self._stop.set()
        deadline = datetime.datetime.now() + datetime.timedelta(seconds=seconds)
        for thread in self._threads:
            thread.join(max(0.1, (deadline - datetime.datetime.now()).total_seconds()))
            if thread.is_alive():
                self.problems.append("a caller's cycle did not come to its end")

    def _run(self, number: int, chance: random.Random) -> None:
        cycle = 0
        while not self._stop.is_set() and not self.problems:
            cycle += 1
            try:
                self._cycle(f"w{number}-{cycle}", chance.randint(4, 9))
            except (ApiError, OSError, AssertionError) as error:
                self.problems.append(f"w{number}-{cycle}: {type(error).__name__} {error}")

    def _cycle(self, prefix: str, quantity: int) -> None:
        supply = Supply(self._county, prefix)
        accepted, rejected = quantity - quantity % 2, 1
        received = accepted - rejected
        requisition = supply.request("a", [(ITEM, quantity), (TIGHT_ITEM, 1)])
        order = supply.order("a", requisition, [quantity])
        tight = self._order_tight(supply, requisition)
        answer = {"lineNumber": 1, "quantityAccepted": str(accepted)}
        if accepted < quantity:
            answer["reason"] = "缺货"
        supply.call("supplier", "procurement.RespondToOrder", {"name": order["name"], "lines": [answer]}, "respond")
        lot = f"L{prefix}"
        despatch = supply.despatch("a", order, [supply.despatch_line(1, accepted, lot)])
        supply.receive("a", despatch, [{
            "scan": codes.scan(self.identifier, lot, supply.late), "packsAccepted": str(received),
            "packsRejected": str(rejected), "rejectionReason": "破损"}])
        used = self._move_and_use(supply, received)
        with self._lock:
            totals = self.totals
            totals.cycles += 1
            totals.ordered_tight += tight
            totals.refused_tight += not tight
            totals.accepted += accepted
            totals.received += received
            totals.rejected += rejected
            totals.used += used

    @staticmethod
    def _order_tight(supply: Supply, requisition: dict) -> bool:
        """Everybody wants the item whose ceiling is soon reached."""
        line = {"requisition": requisition["name"], "requisitionLineNumber": 2, "quantityOrdered": "1"}
        try:
            supply.call("officer", "procurement.CreateOrder", {
                "orderId": f"{supply.prefix}-tight",
                "order": {"supplier": "suppliers/huakang", "deliverTo": "locations/east-central-store", "lines": [line]}}, "tight")
            return True
        except ApiError as error:
            if error.reason != "AGREEMENT_CEILING":
                raise
            return False

    def _move_and_use(self, supply: Supply, quantity: int) -> int:
        """All of it to the ward; one piece of each lot that came is left there."""
        first = supply.send("hospital", "locations/east-central-store", "locations/people-store", [(ITEM, quantity)], "operator")
        supply.take_in(first, "pharmacist")
        second = supply.send("ward", "locations/people-store", "locations/cath-lab-store", [(ITEM, quantity)], "pharmacist")
        supply.take_in(second, "nurse")
        lines, used = [], 0
        for part in second["lines"][0]["allocations"]:
            packs = int(part["quantity"]) - 1
            if packs > 0:
                lines.append({"scan": codes.scan(self.identifier, part["lot"], supply.late), "packs": str(packs)})
                used += packs
        if lines:
            supply.use("a", lines)
        return used


def replay(acknowledged: list, chance: random.Random, sample_max: int) -> list[str]:
    """Sends acknowledged changes again: each must be answered as it was. What differs, one sentence each."""
    differences = []
    for client, method, message, answer in chance.sample(acknowledged, min(sample_max, len(acknowledged))):
        again = client.call(method, message)
        if again != answer:
            differences.append(f"{method} {message['requestId']}: first {answer}, now {again}")
    return differences


def journal_request_ids(acknowledged: list) -> list[str]:
    return [message["requestId"] for _, _, message, _ in acknowledged]


