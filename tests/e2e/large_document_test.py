"""Documents of 5,000 lines, each step of the cycle in one call over HTTP."""

import json
import time
import unittest

import live_path  # noqa: F401
from api_clients import check_ledger
from live_case import LiveCase

import codes
import county_setup
from supply import CENTRAL, HOSPITAL, SUPPLIER, WARD, Supply, device_identifier

LINES = 5_000
FIRST_NUMBER = 500_000  # of the device identifiers, above those that Supply gives
BODY_LIMIT_BYTES = 4 << 20


class LargeDocumentTest(LiveCase):
    """One requisition of 5,000 items, from the ward and back to it."""

    @classmethod
    def prepare(cls):
        cls.county = county_setup.load(cls.platform)
        cls.supply = Supply(cls.county, "large")
        cls.supply.add_item("model")
        cls.supply.add_agreement("model", 100)
        cls.items = [(f"large-{number}", device_identifier(FIRST_NUMBER + number)) for number in range(LINES)]
        cls.clone_items()

    @classmethod
    def clone_items(cls):
        """20,000 calls of proposing and approving, left out: rows like those of the model, item and agreement."""
        values = ",".join(f"('{item_id}', '{identifier}')" for item_id, identifier in cls.items)
        cls.platform.database.change_behind_the_back(f"""
          CREATE TEMP TABLE wanted (item_id text, device_identifier text) ON COMMIT DROP;
          INSERT INTO wanted VALUES {values};
          INSERT INTO catalog.device_identifier (device_identifier, item_id) SELECT device_identifier, item_id FROM wanted;
          INSERT INTO catalog.item SELECT (jsonb_populate_record(original, to_jsonb(wanted))).*
            FROM catalog.item AS original, wanted WHERE original.item_id = 'model';
          INSERT INTO procurement.agreement
            SELECT (jsonb_populate_record(model, jsonb_build_object(
              'item_id', wanted.item_id, 'agreement_id', 'agreement-' || wanted.item_id))).*
            FROM procurement.agreement AS model, wanted WHERE model.item_id = 'model'""")
        cls.platform.database.run("ANALYZE catalog.item; ANALYZE catalog.device_identifier; ANALYZE procurement.agreement")

    def step(self, user: str, method: str, message: dict) -> dict:
        """One call, and the same again: it answers the same."""
        message = {"requestId": self.request_id(method, message), **message}
        body = json.dumps(message).encode()
        self.assertLess(len(body), BODY_LIMIT_BYTES)
        client, start = self.county.clients[user], time.monotonic()
        status, text = client.post(method, body, 60_000)
        milliseconds = (time.monotonic() - start) * 1000
        self.assertEqual(status, 200, f"{method}: {text[:1000]}")
        print(f"{method}: {len(body) // 1024} KiB in, {len(text) // 1024} KiB out, {milliseconds:.0f} ms", flush=True)
        self.assertEqual(client.post(method, body, 60_000), (200, text), f"{method} again")
        return json.loads(text)

    @staticmethod
    def request_id(method: str, message: dict) -> str:
        return county_setup.request_id(f"large/{method}/{message.get('name') or sorted(map(str, message.items()))[-1][:80]}")

    def test_01_each_step_is_one_call(self):
        requisition = self.step("nurse", "procurement.CreateRequisition", {
            "requisitionId": "large", "requisition": {"department": "departments/cath-lab", "lines": [
                {"item": f"items/{item_id}", "quantityRequested": "2"} for item_id, _ in self.items]}})
        self.assertEqual(requisition["lineCount"], LINES)
        self.step("hospital-approver", "procurement.ApproveRequisition", {"name": requisition["name"]})
        order = self.step("officer", "procurement.CreateOrder", {"orderId": "large", "order": {
            "supplier": SUPPLIER, "deliverTo": CENTRAL, "lines": [
                {"requisition": requisition["name"], "requisitionLineNumber": number, "quantityOrdered": "2"}
                for number in range(1, LINES + 1)]}})
        self.assertEqual(order["totalAmount"], "25000.0000")
        self.step("supplier", "procurement.RespondToOrder", {"name": order["name"], "lines": [
            {"lineNumber": number, "quantityAccepted": "2"} for number in range(1, LINES + 1)]})
        despatch = self.step("supplier", "procurement.CreateDespatch", {"despatchId": "large", "despatch": {
            "order": order["name"],
            "lines": [self.supply.despatch_line(number, 2, f"B{number}") for number in range(1, LINES + 1)]}})
        receipt = self.step("operator", "distribution.CreateReceipt", {"receiptId": "large", "receipt": {
            "despatch": despatch["name"], "lines": [
                {"scan": self.scan(index), "packsAccepted": "2"} for index in range(LINES)]}})
        self.assertEqual(len(receipt["lines"]), LINES)
        for number, (source, target, sender, receiver) in enumerate((
            (CENTRAL, HOSPITAL, "operator", "pharmacist"), (HOSPITAL, WARD, "pharmacist", "nurse"))):
            transfer = self.step(sender, "distribution.CreateTransfer", {"transferId": f"large-{number}", "transfer": {
                "fromLocation": source, "toLocation": target,
                "lines": [{"item": f"items/{item_id}", "quantity": "2"} for item_id, _ in self.items]}})
            self.step(receiver, "distribution.ReceiveTransfer", {"name": transfer["name"]})
        use = self.step("nurse", "usage.CreateUse", {"useId": "large", "use": {"location": WARD, "lines": [
            {"scan": self.scan(index), "packs": "1"} for index in range(LINES)]}})
        self.assertEqual((use["state"], len(use["lines"])), ("USE_STATE_POSTED", LINES))

    def scan(self, index: int) -> str:
        return codes.scan(self.items[index][1], f"B{index + 1}", self.supply.late)

    def test_02_all_of_it_arrived_once(self):
        database = self.platform.database
        county_setup.wait_for_follower(database)
        self.assertEqual(database.number("SELECT sum(quantity_received) FROM procurement.order_line"), 2 * LINES)
        on_ward = f"SELECT sum(on_hand) FROM distribution.account WHERE location_id = '{WARD.split('/')[1]}'"
        self.assertEqual(database.number(on_ward), LINES)
        order = self.county.clients["officer"].call("procurement.GetOrder", {"name": "orders/large"})
        self.assertEqual(order["state"], "ORDER_STATE_COMPLETED")
        self.assertEqual(check_ledger(self.county.clients["operator"])["findings"], [])

    def test_03_a_trace_in_it_shows_the_one_lot(self):
        answer = self.county.clients["inspector"].call("supervision.TraceLot", {
            "item": "items/large-77", "lot": "B78", "pageSize": 1000, "purpose": "a test of large documents"})
        events = [entry["event"] for entry in answer["entries"]]
        self.assertIn("receipt.posted", events)
        self.assertIn("use.posted", events)
        self.assertNotIn("items/large-78", str(answer))

    def test_04_one_line_too_many_is_refused(self):
        lines = [{"item": f"items/large-{number}", "quantityRequested": "1"} for number in range(LINES + 1)]
        with self.assertRaises(county_setup.ApiError) as caught:
            self.supply.call("nurse", "procurement.CreateRequisition", {
                "requisition": {"department": "departments/cath-lab", "lines": lines}}, "too-many")
        self.assertEqual(caught.exception.code, "invalid_argument")

    def test_05_all_bad_lines_of_many_are_refused_at_once(self):
        lines = [{"scan": self.scan(index), "packs": "7"} for index in range(LINES)]
        with self.assertRaises(county_setup.ApiError) as caught:
            self.supply.use("too-much", lines)
        self.assertEqual(caught.exception.reason, "INSUFFICIENT_STOCK")


if __name__ == "__main__":
    unittest.main()
