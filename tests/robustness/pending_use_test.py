"""Two services, one use: the ledger dies between the record and the consumption, or the recorder dies itself."""

import threading
import unittest

import live_path  # noqa: F401
from live_case import LiveCase

import codes
import county_setup
from api_clients import ApiError
from county_setup import request_id
from processes import wait_until
from supply import WARD, Supply


class PendingUseTest(LiveCase):
    """In separate processes, so that one of the two can be killed alone."""

    layout = "separate"

    @classmethod
    def prepare(cls):
        cls.county = county_setup.load(cls.platform, patience_seconds=60)
        cls.supply = Supply(cls.county, "pending")
        cls.identifier = cls.supply.add_item("goods")["deviceIdentifier"]
        cls.supply.add_agreement("goods", 1000)
        order = cls.supply.order("a", cls.supply.request("a", [("goods", 100)]), [100])
        cls.supply.accept(order)
        despatch = cls.supply.despatch("a", order, [cls.supply.despatch_line(1, 100, "G1")])
        cls.scan = codes.scan(cls.identifier, "G1", cls.supply.late)
        cls.supply.receive("a", despatch, [{"scan": cls.scan, "packsAccepted": "100"}])
        cls.supply.move_to_ward("a", [("goods", 100)])

    def message(self, use_id: str, packs: int = 1) -> dict:
        return {"requestId": request_id(f"pending/{use_id}"), "useId": use_id, "use": {
            "location": WARD, "lines": [{"scan": self.scan, "packs": str(packs)}]}}

    def state_of(self, use_id: str) -> str:
        return self.platform.database.run(f"SELECT state FROM usage.use WHERE use_id = '{use_id}'")

    def on_hand(self) -> int:
        return self.platform.database.number(
            "SELECT sum(on_hand) FROM distribution.account WHERE location_id = 'cath-lab-store'")

    def record_without_ledger(self, use_id: str) -> None:
        """The ledger is dead: the use is recorded and stays open."""
        self.platform.services["distribution"].kill()
        with self.assertRaises(ApiError) as caught:
            self.county.clients["nurse"].answer_once("usage.CreateUse", self.message(use_id))
        self.assertEqual(caught.exception.code, "unavailable", caught.exception)
        self.assertEqual(self.state_of(use_id), "pending")

    def revive(self, area: str) -> None:
        self.platform.restart(self.platform.services[area])
        self.platform.wait_until_healthy()

    def expect_posted_once(self, use_id: str, before: int) -> None:
        self.assertEqual(self.state_of(use_id), "posted")
        self.assertEqual(self.on_hand(), before - 1)
        events = self.platform.database.run(
            f"SELECT event FROM journal.entry WHERE resource = 'uses/{use_id}' AND event LIKE 'use.%' ORDER BY sequence")
        self.assertEqual(events.split(), ["use.recorded", "use.posted"])
        self.assertEqual(self.platform.database.number(
            f"SELECT count(*) FROM distribution.consumption WHERE document = 'uses/{use_id}'"), 1)

    def test_01_the_callers_retry_finishes_it(self):
        before = self.on_hand()
        self.record_without_ledger("retried")
        self.revive("distribution")
        answer = self.county.clients["nurse"].call("usage.CreateUse", self.message("retried"))
        self.assertEqual(answer["state"], "USE_STATE_POSTED")
        self.expect_posted_once("retried", before)

    def test_02_it_is_finished_without_its_caller(self):
        before = self.on_hand()
        self.record_without_ledger("abandoned")
        self.revive("distribution")
        wait_until(lambda: self.state_of("abandoned") == "posted", 90, "the abandoned use is posted", 0.5)
        self.expect_posted_once("abandoned", before)

    def test_03_it_is_finished_after_usage_itself_was_killed(self):
        before = self.on_hand()
        self.record_without_ledger("orphaned")
        self.platform.services["usage"].kill()
        self.revive_both()
        wait_until(lambda: self.state_of("orphaned") == "posted", 90, "the orphaned use is posted", 0.5)
        self.expect_posted_once("orphaned", before)

    def revive_both(self) -> None:
        self.platform.restart(self.platform.services["distribution"])
        self.revive("usage")

    def test_04_killed_in_the_middle_of_the_consumption_it_happens_once(self):
        """The ledger may have committed or not when it dies; usage cannot know."""
        for number in range(5):
            use_id, before = f"middle-{number}", self.on_hand()
            answers = []
            caller = threading.Thread(target=lambda use_id=use_id, answers=answers: answers.append(
                self.county.clients["nurse"].call("usage.CreateUse", self.message(use_id))))
            caller.start()
            try:
                wait_until(lambda use_id=use_id: self.state_of(use_id), 30, "the use is recorded", 0)
            finally:
                self.platform.services["distribution"].kill()
            self.revive("distribution")
            caller.join(120)
            self.assertEqual([answer["state"] for answer in answers], ["USE_STATE_POSTED"])
            self.expect_posted_once(use_id, before)

    def test_05_what_the_ledger_refuses_stays_refused(self):
        before = self.on_hand()
        for _ in range(2):
            self.assert_refused("INSUFFICIENT_STOCK", self.county.clients["nurse"].call, "usage.CreateUse", self.message("greedy", 500))
        self.assertEqual(self.state_of("greedy"), "refused")
        self.assertEqual(self.on_hand(), before)


if __name__ == "__main__":
    unittest.main()
