"""The whole cycle in both layouts, over HTTP and over gRPC; each change is sent twice and must act once."""

import sys
import unittest

import live_path  # noqa: F401
from live_case import LiveCase
from live_platform import LAYOUTS

import county_setup
import supply
from api_clients import settled_state
from cycle import CATHETER, LATE_LOT, SOON_LOT, STENT, STENT_LOT


class CycleCase:
    """What the demonstration has done, read back as its people may read it."""

    way = "http"

    @classmethod
    def prepare(cls):
        cls.county = county_setup.load(cls.platform, cls.way, repeating=True)
        cls.county.cycle.run()

    def call(self, user: str, method: str, message: dict) -> dict:
        return self.county.clients[user].call(method, message)

    def balances(self, location: str) -> dict[tuple[str, str], int]:
        answer = self.call("pharmacist", "distribution.ListBalances", {"location": location, "pageSize": 1000})
        found = {}
        for balance in answer.get("balances", []):
            key = (balance["item"].split("/")[1], balance["lot"])
            found[key] = found.get(key, 0) + int(balance["onHand"])
        return found

    def test_01_each_change_was_sent_twice(self):
        repeated = sum(client.repeated_count for client in self.county.clients.values())
        print(f"{repeated} changes sent twice over {self.way}, {self.platform.layout}", flush=True)
        self.assertGreaterEqual(repeated, 50)

    def test_02_order_shows_what_was_accepted_sent_and_received(self):
        self.wait_for_follower()
        order = self.call("officer", "procurement.GetOrder", {"name": "orders/order-demo"})
        self.assertEqual(order["totalAmount"], "4506.0000")
        self.assertEqual(order["state"], "ORDER_STATE_COMPLETED")
        first, second = order["lines"]
        numbers = [first.get(f"quantity{what}", "0") for what in ("Ordered", "Accepted", "Despatched", "Received", "Rejected")]
        self.assertEqual(numbers, ["600", "550", "550", "500", "50"])
        self.assertEqual(second["quantityReceived"], "2")

    def test_03_what_the_supplier_did_not_accept_went_back_to_the_ceiling(self):
        self.wait_for_follower()
        agreement = self.call("officer", "procurement.GetAgreement", {"name": "agreements/agreement-catheter"})
        self.assertEqual((agreement["quantityOrdered"], agreement["quantityReceived"]), ("550", "500"))

    def test_04_stock_is_where_the_documents_say(self):
        self.assertEqual(self.balances(supply.HOSPITAL), {})
        self.assertEqual(self.balances(supply.WARD), {(CATHETER, SOON_LOT): 198, (CATHETER, LATE_LOT): 100, (STENT, STENT_LOT): 1})
        self.assertEqual(self.balances(supply.CENTRAL), {(CATHETER, LATE_LOT): 200})

    def test_05_first_expiry_left_first(self):
        transfer = self.call("pharmacist", "distribution.GetTransfer", {"name": "transfers/transfer-1"})
        chosen = [(part["lot"], part["quantity"]) for part in transfer["lines"][0]["allocations"]]
        self.assertEqual(chosen, [(SOON_LOT, "200"), (LATE_LOT, "100")])

    def test_06_the_use_is_posted_and_bound_to_its_patient(self):
        use = self.call("nurse", "usage.GetUse", {"name": "uses/use-demo", "purpose": "a test of the cycle"})
        self.assertEqual(use["state"], "USE_STATE_POSTED")
        self.assertEqual(use["patientPseudonym"], "P-7f3a9c21")

    def test_07_the_inspector_gets_the_whole_chain_in_order(self):
        entries = self.trace("inspector")
        events = [entry["event"] for entry in entries]
        documents = ("agreement", "requisition", "order", "despatch", "receipt", "transfer", "use")
        first_seen = list(dict.fromkeys(event.split(".")[0] for event in events if event.split(".")[0] in documents))
        self.assertEqual(first_seen, list(documents), events)
        moved = [event for event in events if event.split(".")[0] in ("transfer", "use")]
        self.assertEqual(moved, [
            "transfer.sent", "transfer.received", "transfer.sent", "transfer.received", "use.recorded", "use.posted"])
        for entry in entries:
            self.assertTrue(entry.get("actor") or entry.get("client") == "procurement", entry)
            self.assertTrue(entry.get("entryTime") and entry.get("resource"), entry)
        times = [entry["entryTime"] for entry in entries]
        self.assertEqual(times, sorted(times))

    def test_08_the_supplier_gets_only_its_part(self):
        events = {entry["event"].split(".")[0] for entry in self.trace("supplier")}
        self.assertIn("despatch", events)
        self.assertIn("receipt", events)
        self.assertFalse(events & {"transfer", "use", "requisition"}, events)

    def test_09_the_ledger_is_right(self):
        ledger = self.call("operator", "distribution.CheckLedger", {})
        self.assertEqual(ledger.get("findings", []), [])
        self.assertGreater(int(ledger["movementCount"]), 10)

    def test_10_a_second_effect_would_be_seen(self):
        """What compared the tables above sees the smallest change in any of them."""
        before = settled_state(self.platform.database)
        self.platform.database.change_behind_the_back(
            "UPDATE distribution.account SET on_hand = on_hand + 1 WHERE account_id = (SELECT max(account_id) FROM distribution.account)")
        after = settled_state(self.platform.database)
        self.assertEqual([table for table in after if before[table] != after[table]], ["distribution.account"])
        self.assertNotEqual(self.call("operator", "distribution.CheckLedger", {}).get("findings", []), [])

    def trace(self, user: str) -> list[dict]:
        question = {"item": f"items/{CATHETER}", "lot": SOON_LOT, "pageSize": 1000, "purpose": "a test of the cycle"}
        return self.call(user, "supervision.TraceLot", question)["entries"]

    def wait_for_follower(self):
        """Received quantities reach the order within moments."""
        county_setup.wait_for_follower(self.platform.database)


def make_case(way: str, layout: str) -> type:
    name = f"Cycle{way.capitalize()}{layout.capitalize()}"
    return type(name, (CycleCase, LiveCase), {"way": way, "layout": layout, "__module__": __name__})


def load_tests(loader, _tests, _pattern):
    """`cycle_test.py http` or `grpc`: one way, in both layouts."""
    suite = unittest.TestSuite()
    for layout in LAYOUTS:
        suite.addTests(loader.loadTestsFromTestCase(make_case(WAY, layout)))
    return suite


WAY = sys.argv.pop(1) if len(sys.argv) > 1 and sys.argv[1] in ("http", "grpc") else "http"

if __name__ == "__main__":
    unittest.main()
