"""What distribution, usage and supervision refuse or hide, with the reason, seen through the gateway."""

import datetime
import threading
import unittest

import live_path  # noqa: F401
from live_case import LiveCase

import codes
import county_setup
from api_clients import ApiError, check_ledger, request_id
from supply import CENTRAL, HOSPITAL, WARD, Supply

GS = codes.GROUP_SEPARATOR
PSEUDONYM, PROCEDURE, DOCTOR = "P-secret-0815", "秘密手术", "D-secret-4711"
PURPOSE = "a test of the rules"


class MovingRulesTest(LiveCase):
    """Each test despatches goods of its own; where lots are chosen by expiry it has an item of its own too."""

    @classmethod
    def prepare(cls):
        cls.county = county_setup.load(cls.platform)
        county_setup.add_more_users(cls.platform, cls.county)
        cls.base = Supply(cls.county, "moving")
        cls.identifiers = {}
        for item_id, fields in (
            ("plain", {}), ("other", {}), ("stent", {"serialTracked": True, "highValue": True}),
            ("fefo", {}), ("short", {}), ("aging", {}), ("raced", {}), ("used", {}), ("traced", {}),
        ):
            cls.identifiers[item_id] = cls.base.add_item(item_id, **fields)["deviceIdentifier"]
            cls.base.add_agreement(item_id, 100_000)

    def sent(self, key: str, item_id: str, lines: list[dict], user: str = "officer") -> tuple[Supply, dict]:
        """A despatch of these lines, ordered and accepted."""
        supply = Supply(self.county, key)
        total = sum(int(line["quantity"]) for line in lines)
        order = supply.order("a", supply.request("a", [(item_id, total)]), [total], user)
        supply.accept(order)
        return supply, supply.despatch("a", order, lines)

    def scan(self, item_id: str, lot: str, expiry=None, serial: str = "") -> str:
        return codes.scan(self.identifiers[item_id], lot, expiry or self.base.late, serial)

    def on_ward(self, key: str, item_id: str, quantity: int, lot: str) -> Supply:
        supply, despatch = self.sent(key, item_id, [self.base.despatch_line(1, quantity, lot)])
        supply.receive("a", despatch, [{"scan": self.scan(item_id, lot), "packsAccepted": str(quantity)}])
        supply.move_to_ward("a", [(item_id, quantity)])
        return supply

    def on_hand(self, location: str, item_id: str) -> dict[str, int]:
        answer = self.county.clients["pharmacist"].call(
            "distribution.ListBalances", {"location": location, "item": f"items/{item_id}", "pageSize": 1000})
        return {balance["lot"]: int(balance["onHand"]) for balance in answer.get("balances", [])}

    # Receipts.

    def test_a_receipt_names_what_is_wrong(self):
        supply, despatch = self.sent("receipt", "plain", [self.base.despatch_line(1, 10, "R1")])
        yesterday = self.base.day - datetime.timedelta(days=1)
        late = f"{self.base.late:%y%m%d}"
        cases = {
            "WRONG_ITEM": self.scan("other", "R1"),
            "LOT_NOT_DESPATCHED": self.scan("plain", "R9"),
            "EXPIRY_CONFLICT": self.scan("plain", "R1", self.base.late + datetime.timedelta(days=1)),
            "LOT_EXPIRED": self.scan("plain", "R1", yesterday),
            "LOT_MISSING": f"]d201{self.identifiers['plain']}17{late}",
            "UDI_INVALID": f"]d201{self.identifiers['plain'][:-1]}x17{late}10R1",
        }
        for reason, scan in cases.items():
            with self.subTest(reason):
                self.assert_refused(reason, supply.receive, reason.lower().replace("_", "-"), despatch, [{"scan": scan, "packsAccepted": "1"}])
        self.assert_refused(
            "MORE_THAN_DESPATCHED", supply.receive, "more", despatch, [{"scan": self.scan("plain", "R1"), "packsAccepted": "11"}])
        self.assertNotIn("R1", self.on_hand(CENTRAL, "plain"))

    def test_every_bad_line_is_named(self):
        supply, despatch = self.sent("lines", "plain", [self.base.despatch_line(1, 10, "N1")])
        error = self.assert_refused("WRONG_ITEM", supply.receive, "a", despatch, [
            {"scan": self.scan("other", "N1"), "packsAccepted": "1"}, {"scan": self.scan("plain", "N1"), "packsAccepted": "1"},
            {"scan": self.scan("plain", "N7"), "packsAccepted": "1"}])
        text = str(error.details)
        self.assertIn("lines[0]", text)
        self.assertIn("lines[2]", text)
        self.assertNotIn("lines[1]", text)

    def test_accepted_and_rejected_are_both_recorded(self):
        supply, despatch = self.sent("rejected", "plain", [self.base.despatch_line(1, 10, "J1")])
        scan = self.scan("plain", "J1")
        with self.assertRaises(ApiError):
            supply.receive("no-reason", despatch, [{"scan": scan, "packsAccepted": "4", "packsRejected": "3"}])
        line = {"scan": scan, "packsAccepted": "4", "packsRejected": "3", "rejectionReason": "破损"}
        receipt = supply.receive("a", despatch, [line])
        self.assertEqual((receipt["lines"][0]["quantityAccepted"], receipt["lines"][0]["quantityRejected"]), ("4", "3"))
        self.assertEqual(self.on_hand(CENTRAL, "plain")["J1"], 4)
        self.assert_refused("MORE_THAN_DESPATCHED", supply.receive, "b", despatch, [{"scan": scan, "packsAccepted": "4"}])
        supply.receive("c", despatch, [{"scan": scan, "packsAccepted": "3"}])
        county_setup.wait_for_follower(self.platform.database)
        order = self.county.clients["officer"].call("procurement.GetOrder", {"name": "orders/rejected-a"})
        self.assertEqual((order["lines"][0]["quantityReceived"], order["lines"][0]["quantityRejected"]), ("7", "3"))
        self.assertEqual(order["state"], "ORDER_STATE_COMPLETED")

    def test_receivers_who_race_take_no_more_than_was_sent(self):
        supply, despatch = self.sent("raced-receipt", "raced", [self.base.despatch_line(1, 30, "C1")])
        outcomes = self.race(12, lambda number: supply.receive(
            f"r{number}", despatch, [{"scan": self.scan("raced", "C1"), "packsAccepted": "5"}]))
        self.assertEqual(outcomes, ["MORE_THAN_DESPATCHED"] * 6 + ["done"] * 6)
        self.assertEqual(self.on_hand(CENTRAL, "raced"), {"C1": 30})

    def test_serials_are_received_once(self):
        line = self.base.despatch_line(1, 2, "S1", serials=["A1", "A2"])
        supply, despatch = self.sent("serials", "stent", [line])
        missing = self.scan("stent", "S1")
        self.assert_refused("SERIAL_MISSING", supply.receive, "missing", despatch, [{"scan": missing, "packsAccepted": "1"}])
        known = {"scan": self.scan("stent", "S1", serial="A1"), "packsAccepted": "1"}
        supply.receive("first", despatch, [known])
        self.assert_refused("SERIAL_ALREADY_RECEIVED", supply.receive, "again", despatch, [known])
        self.assert_refused("SERIAL_NOT_DESPATCHED", supply.receive, "unknown", despatch, [
            {"scan": self.scan("stent", "S1", serial="A9"), "packsAccepted": "1"}])

    def test_who_ordered_may_not_receive(self):
        county_setup.act_as(self.platform, self.county, "officer-operator", "PROCUREMENT_OFFICER")
        supply, despatch = self.sent("same", "plain", [self.base.despatch_line(1, 1, "P1")], user="officer-operator")
        line = {"scan": self.scan("plain", "P1"), "packsAccepted": "1"}
        county_setup.act_as(self.platform, self.county, "officer-operator", "OPERATOR")
        self.assert_refused("SAME_PERSON", supply.receive, "a", despatch, [line], "officer-operator", code="permission_denied")

    # Transfers.

    def test_first_expiry_goes_first_whatever_came_first(self):
        day = self.base.day
        lots = [("F-late", day + datetime.timedelta(days=300)), ("F-soon", day + datetime.timedelta(days=30)),
                ("F-mid", day + datetime.timedelta(days=90))]
        supply, despatch = self.sent("fefo", "fefo", [self.base.despatch_line(1, 10, lot, expiry) for lot, expiry in lots])
        for lot, expiry in lots:
            supply.receive(lot.lower(), despatch, [{"scan": self.scan("fefo", lot, expiry), "packsAccepted": "10"}])
        transfer = supply.send("a", CENTRAL, HOSPITAL, [("fefo", 25)], "operator")
        chosen = [(part["lot"], part["quantity"]) for part in transfer["lines"][0]["allocations"]]
        self.assertEqual(chosen, [("F-soon", "10"), ("F-mid", "10"), ("F-late", "5")])
        self.assertEqual(self.on_hand(HOSPITAL, "fefo"), {})
        self.assert_refused("SAME_PERSON", supply.take_in, transfer, "operator", code="permission_denied")
        supply.take_in(transfer, "pharmacist")
        self.assertEqual(self.on_hand(HOSPITAL, "fefo"), {"F-soon": 10, "F-mid": 10, "F-late": 5})
        self.assert_refused("TRANSFER_NOT_SENT", supply.call, "pharmacist", "distribution.ReceiveTransfer", {
            "name": transfer["name"]}, "again")
        self.assert_refused("INSUFFICIENT_STOCK", supply.send, "b", CENTRAL, HOSPITAL, [("fefo", 6)], "operator")

    def test_senders_who_race_send_no_more_than_is_there(self):
        supply, despatch = self.sent("raced-transfer", "short", [self.base.despatch_line(1, 20, "T1")])
        supply.receive("a", despatch, [{"scan": self.scan("short", "T1"), "packsAccepted": "20"}])
        outcomes = self.race(10, lambda number: supply.send(f"t{number}", CENTRAL, HOSPITAL, [("short", 4)], "operator"))
        self.assertEqual(outcomes, ["INSUFFICIENT_STOCK"] * 5 + ["done"] * 5)
        self.assertEqual(self.on_hand(CENTRAL, "short"), {})

    def test_expired_stock_is_neither_sent_nor_used(self):
        supply = self.on_ward("aging", "aging", 10, "E1")
        supply.use("before", [{"scan": self.scan("aging", "E1"), "packs": "1"}])
        yesterday = self.base.day - datetime.timedelta(days=1)
        self.assert_refused("LOT_EXPIRED", supply.use, "scan", [{"scan": self.scan("aging", "E1", yesterday), "packs": "1"}])
        self.platform.database.change_behind_the_back(
            f"UPDATE distribution.lot SET expiry_date = '{yesterday}' WHERE item_id = 'aging'")
        self.assert_refused("LOT_EXPIRED", supply.use, "ledger", [{"scan": self.scan("aging", "E1"), "packs": "1"}])
        self.assert_refused("INSUFFICIENT_STOCK", supply.send, "b", WARD, HOSPITAL, [("aging", 1)], "pharmacist")
        self.assertEqual(self.on_hand(WARD, "aging"), {"E1": 9})

    # Use.

    def test_a_high_value_piece_needs_its_patient_and_is_used_once(self):
        line = self.base.despatch_line(1, 2, "H1", serials=["H-1", "H-2"])
        supply, despatch = self.sent("patient", "stent", [line])
        scans = [self.scan("stent", "H1", serial=serial) for serial in ("H-1", "H-2")]
        supply.receive("a", despatch, [{"scan": scan, "packsAccepted": "1"} for scan in scans])
        supply.move_to_ward("a", [("stent", 2)])
        piece = {"scan": scans[0], "packs": "1"}
        patient = {"patientPseudonym": PSEUDONYM, "procedure": PROCEDURE, "doctor": DOCTOR}
        self.assert_refused("PATIENT_REQUIRED", supply.use, "none", [piece])
        self.assert_refused("PATIENT_REQUIRED", supply.use, "no-procedure", [piece], patientPseudonym=PSEUDONYM)
        self.assertEqual(supply.use("a", [piece], **patient)["state"], "USE_STATE_POSTED")
        self.assert_refused("SERIAL_NOT_HERE", supply.use, "again", [piece], **patient)
        self.check_that_operator_and_supplier_learn_nothing()

    def test_no_more_is_used_than_is_there(self):
        supply = self.on_ward("uses", "used", 3, "U1")
        line = {"scan": self.scan("used", "U1"), "packs": "4"}
        self.assert_refused("INSUFFICIENT_STOCK", supply.use, "more", [line])
        outcomes = self.race(6, lambda number: supply.use(f"u{number}", [{**line, "packs": "1"}]))
        self.assertEqual(outcomes, ["INSUFFICIENT_STOCK"] * 3 + ["done"] * 3)
        self.assertNotIn("U1", self.on_hand(WARD, "used"))
        stranger = {"use": {"location": WARD, "lines": [{**line, "packs": "1"}]}}
        self.assert_refused("LOCATION_NOT_FOUND", supply.call, "west-nurse", "usage.CreateUse", stranger, "west")

    # Supervision.

    def test_a_nurse_may_not_trace_and_the_asking_is_recorded(self):
        question = {"item": "items/plain", "lot": "NURSE-ASKED", "purpose": PURPOSE}
        nurse, inspector = self.county.clients["nurse"], self.county.clients["inspector"]
        before = len(self.entries_of("nurse", "question.people_refused"))
        with self.assertRaises(ApiError) as caught:
            nurse.call("supervision.TraceLot", question)
        self.assertEqual((caught.exception.http_status, caught.exception.code), (403, "permission_denied"))
        refused = self.entries_of("nurse", "question.people_refused")
        self.assertEqual(len(refused), before + 1)
        self.assertIn("NURSE-ASKED", str(refused[-1]))
        self.assert_refused("LOT_NOT_FOUND", inspector.call, "supervision.TraceLot", question)
        asked = self.entries_of("inspector", "question.people_asked")
        self.assertTrue(any("NURSE-ASKED" in str(entry) for entry in asked))

    def entries_of(self, user: str, event: str) -> list[dict]:
        return self.county.clients["inspector"].call("supervision.ListEntries", {
            "actor": f"users/{user}", "event": event, "pageSize": 1000, "purpose": PURPOSE}).get("entries", [])

    def test_the_trace_shows_each_caller_its_part(self):
        supply = self.on_ward("trace", "traced", 5, "TR1")
        supply.use("a", [{"scan": self.scan("traced", "TR1"), "packs": "2"}])
        question = {"item": "items/traced", "lot": "TR1", "pageSize": 1000, "purpose": PURPOSE}
        all_events = [entry["event"] for entry in self.trace("inspector", question)]
        for event in ("receipt.posted", "transfer.sent", "transfer.received", "use.recorded", "use.posted"):
            self.assertIn(event, all_events)
        supplier_text = str(self.trace("supplier", question))
        for hidden in ("transfers/", "uses/", "requisitions/", "users/nurse", "users/operator"):
            self.assertNotIn(hidden, supplier_text)
        self.assertIn("receipts/trace-a", supplier_text)
        paged = self.pages("inspector", {**question, "pageSize": 2})
        self.assertEqual([entry["name"] for entry in paged], [entry["name"] for entry in self.trace("inspector", question)])

    def trace(self, user: str, question: dict) -> list[dict]:
        return self.county.clients[user].call("supervision.TraceLot", question).get("entries", [])

    def pages(self, user: str, question: dict) -> list[dict]:
        entries, token = [], ""
        while True:
            page = self.county.clients[user].call("supervision.TraceLot", {**question, "pageToken": token})
            entries += page.get("entries", [])
            token = page.get("nextPageToken", "")
            if not token:
                return entries

    # What nobody may learn.

    def check_that_operator_and_supplier_learn_nothing(self):
        """Asks everything that reads, with names that exist, and looks for the patient in the bytes of every answer."""
        questions = self.reading_questions()
        for user in ("operator", "supplier", "officer", "pharmacist", "market", "admin"):
            answered = 0
            for method, message in questions:
                try:
                    text = self.county.clients[user].answer(method, message)
                    answered += 1
                except ApiError as error:
                    text = f"{error.message} {error.details}"
                for secret in (PSEUDONYM, PROCEDURE, DOCTOR):
                    self.assertNotIn(secret, text, f"{user} {method}")
                    self.assertNotIn(secret.encode("unicode_escape").decode(), text, f"{user} {method}")
            self.assertGreater(answered, 5, user)
        self.assertIn(PSEUDONYM, self.county.clients["nurse"].answer("usage.GetUse", {
            "name": "uses/patient-a", "purpose": PURPOSE}))
        self.check_that_the_county_sees_pseudonyms()

    def check_that_the_county_sees_pseudonyms(self):
        inspector = self.county.clients["inspector"]
        trace = str(self.trace("inspector", {"item": "items/stent", "lot": "H1", "pageSize": 1000, "purpose": PURPOSE}))
        use = inspector.call("usage.GetUse", {"name": "uses/patient-a", "purpose": PURPOSE})
        for secret in (PSEUDONYM, DOCTOR):
            self.assertNotIn(secret, trace + str(use))
        self.assertRegex(use["doctor"], "^~[0-9a-f]{32}$")
        self.assertIn(use["doctor"], trace)
        self.assert_refused("PURPOSE_REQUIRED", inspector.call, "usage.GetUse", {"name": "uses/patient-a"})
        resolved = inspector.call("usage.ResolvePseudonym", {"pseudonym": f"doctors/{use['doctor']}", "purpose": PURPOSE})
        self.assertEqual(resolved["person"], f"doctors/{DOCTOR}")
        accesses = inspector.call("supervision.ListDoctorLevelAccesses", {"user": "users/inspector"})["accesses"]
        self.assertEqual(accesses[0]["question"], {"pseudonym": f"doctors/{use['doctor']}"})
        self.assertEqual((accesses[1]["refused"], accesses[1]["reason"]), (True, "PURPOSE_REQUIRED"))
        self.assertEqual((accesses[2]["purpose"], accesses[2]["rows"]), (PURPOSE, "1"))

    def reading_questions(self) -> list[tuple[str, dict]]:
        size = {"pageSize": 200}
        told = {**size, "purpose": PURPOSE}
        questions = [
            ("usage.GetUse", {"name": "uses/patient-a", "purpose": PURPOSE}), ("usage.ListUses", told), ("usage.ListUses", {"location": WARD, **told}),
            ("supervision.TraceLot", {"item": "items/stent", "lot": "H1", **told}),
            ("supervision.ListEntries", {"pageSize": 1000, "purpose": PURPOSE}),
            ("supervision.ListEntries", {"subject": "uses/patient-a", **told}),
            ("distribution.ListMovements", {"item": "items/stent", **size}), ("distribution.ListBalances", size),
            ("distribution.ListTransfers", size), ("distribution.GetTransfer", {"name": "transfers/patient-a-ward"}),
            ("distribution.GetReceipt", {"name": "receipts/patient-a"}), ("distribution.ListLocations", size),
            ("distribution.CheckLedger", {}), ("procurement.GetOrder", {"name": "orders/patient-a"}),
            ("procurement.GetDespatch", {"name": "despatches/patient-a"}), ("procurement.GetRequisition", {
                "name": "requisitions/patient-a"}), ("identity.GetSelf", {}), ("catalog.GetItem", {"name": "items/stent"})]
        for area, things in (("procurement", ("Orders", "Agreements", "Despatches", "Requisitions")), ("catalog", (
                "Items", "Suppliers", "Classes")), ("identity", ("Users", "Institutions", "Departments"))):
            questions += [(f"{area}.List{thing}", size) for thing in things]
        return questions

    def race(self, count: int, action) -> list[str]:
        """Everybody at once; the sorted outcomes: "done", or the reason of the refusal."""
        barrier, outcomes = threading.Barrier(count), []

        def run(number: int) -> None:
            barrier.wait()
            try:
                action(number)
                outcomes.append("done")
            except ApiError as error:
                outcomes.append(error.reason or str(error))

        threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sorted(outcomes)

    def test_stock_is_consumed_for_uses_only(self):
        for user in ("nurse", "operator", "pharmacist", "admin"):
            with self.assertRaises(ApiError) as caught:
                self.county.clients[user].call("distribution.ConsumeStock", {
                    "requestId": request_id(f"consume/{user}"), "document": "uses/none", "location": WARD,
                    "lines": [{"item": "items/used", "lot": "U1", "quantity": "1"}]})
            self.assertEqual(caught.exception.code, "permission_denied")

    def test_zz_the_ledger_is_right_after_all_this(self):
        ledger = check_ledger(self.county.clients["operator"])
        self.assertEqual(ledger["findings"], [])
        self.assertEqual(self.platform.database.number("SELECT count(*) FROM usage.use WHERE state = 'pending'"), 0)


if __name__ == "__main__":
    unittest.main()
