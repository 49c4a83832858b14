"""Receipts and transfers of 5,000 lines, each in one call through the gateway."""

import statistics
import time

import codes
from ledger_stock import Stock
from measuring import note
from supply import CENTRAL, HOSPITAL, SUPPLIER, Supply

LINES = 5_000
ROUNDS = 3
UNITS = 2  # of each line and round


def device_identifier(number: int) -> str:
    """Of the item bench-{number} that seeding.seed_items makes."""
    return codes.gtin(f"{700_000_000_000 + number:013d}")


class Documents:
    """One order of LINES items, received and sent on in ROUNDS parts."""

    def __init__(self, stock: Stock):
        self._supply = Supply(stock.county, "bench-documents")
        self._order = ""

    def milliseconds(self) -> tuple[float, float]:
        """Of a receipt and of a transfer with its allocation, the median of the rounds."""
        self._make_order()
        receipts, transfers = [], []
        for number in range(1, ROUNDS + 1):
            despatch = self._despatch(number)
            receipts.append(self._receive(number, despatch))
            transfers.append(self._send(number))
        note(f"receipts {', '.join(f'{took:.0f}' for took in receipts)} ms, "
             f"transfers {', '.join(f'{took:.0f}' for took in transfers)} ms, {LINES} lines each")
        return statistics.median(receipts), statistics.median(transfers)

    def _make_order(self) -> None:
        call, quantity = self._supply.call, str(UNITS * ROUNDS)
        requisition = call("nurse", "procurement.CreateRequisition", {
            "requisitionId": "bench-documents", "requisition": {"department": "departments/cath-lab", "lines": [
                {"item": f"items/bench-{number}", "quantityRequested": quantity} for number in range(1, LINES + 1)]}}, "requisition")
        call("hospital-approver", "procurement.ApproveRequisition", {"name": requisition["name"]}, "approve")
        order = call("officer", "procurement.CreateOrder", {"orderId": "bench-documents", "order": {
            "supplier": SUPPLIER, "deliverTo": CENTRAL, "lines": [
                {"requisition": requisition["name"], "requisitionLineNumber": number, "quantityOrdered": quantity}
                for number in range(1, LINES + 1)]}}, "order")
        call("supplier", "procurement.RespondToOrder", {"name": order["name"], "lines": [
            {"lineNumber": number, "quantityAccepted": quantity} for number in range(1, LINES + 1)]}, "respond")
        self._order = order["name"]

    def _despatch(self, part: int) -> str:
        return self._supply.call("supplier", "procurement.CreateDespatch", {
            "despatchId": f"bench-documents-{part}", "despatch": {"order": self._order, "lines": [
                self._supply.despatch_line(number, UNITS, f"D{part}-{number}") for number in range(1, LINES + 1)]},
        }, f"despatch/{part}")["name"]

    def _receive(self, part: int, despatch: str) -> float:
        lines = [{"scan": codes.scan(device_identifier(number), f"D{part}-{number}", self._supply.late),
                  "packsAccepted": str(UNITS)} for number in range(1, LINES + 1)]
        return self._timed("operator", "distribution.CreateReceipt", {
            "receiptId": f"bench-documents-{part}", "receipt": {"despatch": despatch, "lines": lines}}, f"receive/{part}")

    def _send(self, part: int) -> float:
        lines = [{"item": f"items/bench-{number}", "quantity": str(UNITS)} for number in range(1, LINES + 1)]
        return self._timed("operator", "distribution.CreateTransfer", {
            "transferId": f"bench-documents-{part}",
            "transfer": {"fromLocation": CENTRAL, "toLocation": HOSPITAL, "lines": lines}}, f"send/{part}")

    def _timed(self, user: str, method: str, message: dict, key: str) -> float:
        began = time.monotonic()
        answer = self._supply.call(user, method, message, key)
        assert len(answer["lines"]) == LINES, method
        return (time.monotonic() - began) * 1000
