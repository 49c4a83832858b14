"""The steps of the cycle with documents of the test's choosing. Each returns the document; each can be repeated."""

import datetime
import itertools

from api_clients import request_id

import county
from codes import gtin
from county_setup import County

CENTRAL, HOSPITAL, WARD = (f"locations/{location[0]}" for location in county.LOCATIONS)
SUPPLIER = f"suppliers/{county.SUPPLIER_ID}"


def device_identifier(number: int) -> str:
    """Of the tests' own items; the demonstration's begin otherwise."""
    return gtin(f"0699{number:09d}")


class Supply:
    """Documents are named `prefix`-something, so that several do not meet."""

    _numbers = itertools.count(1)

    def __init__(self, loaded: County, prefix: str):
        self.clients = loaded.clients
        self.day = loaded.day
        self.late = loaded.day + datetime.timedelta(days=500)
        self.prefix = prefix

    def call(self, user: str, method: str, message: dict, key: str) -> dict:
        return self.clients[user].call(method, {"requestId": request_id(f"{self.prefix}/{key}"), **message})

    def propose_item(self, item_id: str, user: str = "officer", **fields) -> dict:
        item = {
            **county.items(self.day)["iv-catheter-22g"], "displayName": item_id, "packs": [],
            "deviceIdentifier": device_identifier(next(self._numbers)), **fields}
        return self.call(user, "catalog.CreateItem", {"itemId": item_id, "item": item}, f"{item_id}/propose")

    def add_item(self, item_id: str, **fields) -> dict:
        self.propose_item(item_id, **fields)
        return self.call("approver", "catalog.ApproveItem", {"name": f"items/{item_id}"}, f"{item_id}/approve")

    def propose_agreement(self, item_id: str, ceiling: int, price: str = "2.5000", user: str = "officer", **fields) -> dict:
        agreement_id = f"{self.prefix}-{item_id}"
        return self.call(user, "procurement.CreateAgreement", {
            "agreementId": agreement_id,
            "agreement": {
                "alliance": "alliances/east", "supplier": SUPPLIER, "item": f"items/{item_id}", "unitPrice": price,
                "quantityCeiling": str(ceiling), "startDate": self.day.isoformat(),
                "endDate": county.years_after(self.day, 1).isoformat(), **fields},
        }, f"agreement/{agreement_id}")

    def add_agreement(self, item_id: str, ceiling: int, price: str = "2.5000") -> dict:
        name = self.propose_agreement(item_id, ceiling, price)["name"]
        return self.call("approver", "procurement.ApproveAgreement", {"name": name}, f"{name}/approve")

    def submit(self, key: str, lines: list[tuple[str, int]], user: str = "nurse") -> dict:
        return self.call(user, "procurement.CreateRequisition", {
            "requisitionId": f"{self.prefix}-{key}",
            "requisition": {
                "department": "departments/cath-lab",
                "lines": [{"item": f"items/{item}", "quantityRequested": str(quantity)} for item, quantity in lines]},
        }, f"requisition/{key}")

    def request(self, key: str, lines: list[tuple[str, int]]) -> dict:
        """Submitted by the nurse and approved by the hospital."""
        name = self.submit(key, lines)["name"]
        return self.call("hospital-approver", "procurement.ApproveRequisition", {"name": name}, f"{name}/approve")

    def order(self, key: str, requisition: dict, quantities: list[int], user: str = "officer") -> dict:
        return self.call(user, "procurement.CreateOrder", {
            "orderId": f"{self.prefix}-{key}",
            "order": {
                "supplier": SUPPLIER, "deliverTo": CENTRAL,
                "lines": [
                    {"requisition": requisition["name"], "requisitionLineNumber": number, "quantityOrdered": str(quantity)}
                    for number, quantity in enumerate(quantities, 1) if quantity]},
        }, f"order/{key}")

    def accept(self, order: dict) -> dict:
        return self.call("supplier", "procurement.RespondToOrder", {
            "name": order["name"], "acceptAll": True}, f"{order['name']}/respond")

    def despatch(self, key: str, order: dict, lines: list[dict], user: str = "supplier") -> dict:
        return self.call(user, "procurement.CreateDespatch", {
            "despatchId": f"{self.prefix}-{key}", "despatch": {"order": order["name"], "lines": lines}}, f"despatch/{key}")

    def despatch_line(self, number: int, quantity: int, lot: str, expiry: datetime.date | None = None, **fields) -> dict:
        return {
            "orderLineNumber": number, "quantity": str(quantity), "lot": lot,
            "expiryDate": (expiry or self.late).isoformat(), **fields}

    def receive(self, key: str, despatch: dict, lines: list[dict], user: str = "operator") -> dict:
        return self.call(user, "distribution.CreateReceipt", {
            "receiptId": f"{self.prefix}-{key}", "receipt": {"despatch": despatch["name"], "lines": lines}}, f"receipt/{key}")

    def send(self, key: str, source: str, target: str, lines: list[tuple[str, int]], user: str) -> dict:
        return self.call(user, "distribution.CreateTransfer", {
            "transferId": f"{self.prefix}-{key}",
            "transfer": {
                "fromLocation": source, "toLocation": target,
                "lines": [{"item": f"items/{item}", "quantity": str(quantity)} for item, quantity in lines]},
        }, f"transfer/{key}")

    def take_in(self, transfer: dict, user: str) -> dict:
        return self.call(user, "distribution.ReceiveTransfer", {"name": transfer["name"]}, f"{transfer['name']}/receive")

    def move_to_ward(self, key: str, lines: list[tuple[str, int]]) -> None:
        """Central store, hospital store, ward."""
        self.take_in(self.send(f"{key}-hospital", CENTRAL, HOSPITAL, lines, "operator"), "pharmacist")
        self.take_in(self.send(f"{key}-ward", HOSPITAL, WARD, lines, "pharmacist"), "nurse")

    def use(self, key: str, lines: list[dict], **fields) -> dict:
        return self.call("nurse", "usage.CreateUse", {
            "useId": f"{self.prefix}-{key}", "use": {"location": WARD, "lines": lines, **fields}}, f"use/{key}")
