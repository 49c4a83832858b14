"""kill -9 of services and of PostgreSQL in the middle of cycles: nothing acknowledged is missing, nothing is doubled."""

import os
import random
import signal
import sys
import time
import unittest

import live_path  # noqa: F401
from api_clients import check_ledger
from live_case import LiveCase

import county_setup
import kill_load
from postgres_server import PostgresServer
from processes import wait_until

ROUNDS = int(os.environ.get("QINGQU_ROBUSTNESS_ROUNDS", "10"))
SEED = int(os.environ.get("QINGQU_ROBUSTNESS_SEED", "0")) or random.SystemRandom().randint(1, 999_999)
CALLERS = 4
PATIENCE_SECONDS = 180


class KillCase:
    """A durable PostgreSQL of its own; callers run cycles while processes are killed at random moments."""

    layout = "standalone"

    @classmethod
    def make_database(cls):
        cls.postgres = PostgresServer()
        cls.addClassCleanup(cls.postgres.remove)
        return cls.postgres.create()

    @classmethod
    def prepare(cls):
        cls.county = county_setup.load(cls.platform, patience_seconds=PATIENCE_SECONDS)
        cls.chance = random.Random(SEED)
        cls.load = kill_load.Load(cls.county, CALLERS, SEED)

    def kill_service(self) -> str:
        process = self.chance.choice(self.platform.processes())
        process.kill()
        time.sleep(self.chance.random() * 0.3)
        self.platform.restart(process)
        return process.name

    def stop_service(self) -> str:
        """The graceful way, under load: it drains and says so with its exit code."""
        process = self.chance.choice(self.platform.processes())
        self.assertEqual(process.stop(), 0, f"{process.name} on SIGTERM\n{process.last_words()}")
        self.platform.restart(process)
        return f"{process.name} (SIGTERM)"

    def kill_postmaster(self) -> str:
        self.postgres.process.kill()
        time.sleep(self.chance.random() * 0.3)
        self.postgres.start()
        return "postmaster"

    def kill_backend(self) -> str:
        """PostgreSQL then ends all connections and recovers."""
        backends = self.postgres.backends()
        if backends:
            try:
                os.kill(self.chance.choice(backends), signal.SIGKILL)
            except ProcessLookupError:
                return "no backend"
        wait_until(self.database_answers, 60, "PostgreSQL has recovered", 0.1)
        return "backend"

    def database_answers(self) -> bool:
        try:
            self.platform.database.number("SELECT 1")
            return True
        except AssertionError:
            return False

    def test_01_cycles_go_on_while_everything_is_killed(self):
        self.load.start()
        actions = [self.kill_service, self.stop_service, self.kill_postmaster, self.kill_service, self.kill_backend]
        done = []
        for number in range(ROUNDS):
            time.sleep(self.chance.uniform(0.2, 2.0))
            done.append(actions[number % len(actions)]())
            self.assertFalse(self.load.is_broken(), self.load.problems)
            if self.chance.random() < 0.7:
                self.platform.wait_until_healthy()
        self.platform.wait_until_healthy()
        time.sleep(1)
        self.load.finish(PATIENCE_SECONDS)
        print(f"{self.layout}, seed {SEED}: killed {', '.join(done)}; {self.load.totals}; "
              f"{len(self.load.acknowledged)} changes acknowledged", flush=True)
        self.assertEqual(self.load.problems, [])
        self.assertGreater(self.load.totals.cycles, 0)

    def test_02_pending_uses_get_finished_and_followers_catch_up(self):
        county_setup.wait_for_follower(self.platform.database)
        pending = "SELECT count(*) FROM usage.use WHERE state = 'pending'"
        wait_until(lambda: self.platform.database.number(pending) == 0, 60, "no use is pending", 0.5)
        self.assertEqual(self.platform.database.number("SELECT count(*) FROM usage.use WHERE state <> 'posted'"), 0)
        self.assertEqual(self.platform.database.number("SELECT count(*) FROM procurement.unapplied_entry"), 0)

    def test_03_documents_are_there_once(self):
        totals, database = self.load.totals, self.platform.database
        expected = {
            "procurement.requisition": totals.cycles, "procurement.purchase_order": totals.cycles + totals.ordered_tight,
            "procurement.despatch": totals.cycles, "distribution.receipt": totals.cycles,
            "distribution.transfer": 2 * totals.cycles}
        counted = {table: database.number(f"SELECT count(*) FROM {table}") for table in expected}
        self.assertEqual(counted, expected)
        self.assertEqual(database.number("SELECT count(*) FROM usage.use"), database.number("SELECT count(*) FROM distribution.consumption"))
        named = {answer["name"] for _, method, _, answer in self.load.acknowledged if "Create" in method}
        stored = database.run("""
          SELECT 'requisitions/' || requisition_id FROM procurement.requisition UNION ALL
          SELECT 'orders/' || order_id FROM procurement.purchase_order UNION ALL
          SELECT 'despatches/' || despatch_id FROM procurement.despatch UNION ALL
          SELECT 'receipts/' || receipt_id FROM distribution.receipt UNION ALL
          SELECT 'transfers/' || transfer_id FROM distribution.transfer UNION ALL
          SELECT 'uses/' || use_id FROM usage.use""").split()
        self.assertEqual(sorted(stored), sorted(named))

    def test_04_quantities_add_up(self):
        totals, officer = self.load.totals, self.county.clients["officer"]
        agreement = officer.call("procurement.GetAgreement", {"name": f"agreements/load-{kill_load.ITEM}"})
        self.assertEqual((int(agreement["quantityOrdered"]), int(agreement["quantityReceived"])), (totals.accepted, totals.received))
        tight = officer.call("procurement.GetAgreement", {"name": f"agreements/load-{kill_load.TIGHT_ITEM}"})
        self.assertEqual(int(tight.get("quantityOrdered", 0)), totals.ordered_tight)
        if totals.refused_tight:
            self.assertEqual(totals.ordered_tight, kill_load.TIGHT_CEILING)
        sums = self.platform.database.rows(f"""
          SELECT sum(quantity_accepted), sum(quantity_despatched), sum(quantity_received), sum(quantity_rejected)
          FROM procurement.order_line WHERE item_id = '{kill_load.ITEM}'""")[0]
        self.assertEqual([int(each) for each in sums], [totals.accepted, totals.accepted, totals.received, totals.rejected])

    def test_05_stock_adds_up(self):
        stock = dict(self.platform.database.rows(
            "SELECT location_id, sum(on_hand) FROM distribution.account WHERE kind IN ('stock', 'transit') GROUP BY 1"))
        in_stock = {place: int(quantity) for place, quantity in stock.items() if int(quantity)}
        left = self.load.totals.received - self.load.totals.used
        self.assertEqual(in_stock, {"cath-lab-store": left} if left else {})
        used = "SELECT coalesce(sum(quantity), 0) FROM usage.use_line"
        self.assertEqual(self.platform.database.number(used), self.load.totals.used)
        self.assertEqual(check_ledger(self.county.clients["operator"])["findings"], [])

    def test_06_the_journal_tells_each_change_once(self):
        database = self.platform.database
        values = ",".join(f"('{each}')" for each in kill_load.journal_request_ids(self.load.acknowledged))
        missing = database.number(f"""
          SELECT count(*) FROM (VALUES {values}) AS acknowledged (request_id)
          WHERE NOT EXISTS (SELECT FROM journal.entry WHERE entry.request_id = acknowledged.request_id)""")
        self.assertEqual(missing, 0, "acknowledged changes without an entry")
        # A requisition may be ordered twice, by two orders.
        twice = database.rows("""
          SELECT resource, event, count(*) FROM journal.entry
          WHERE event ~ '^(requisition|order|despatch|receipt|transfer|use)[.]'
          GROUP BY resource, event, CASE WHEN event = 'requisition.ordered' THEN request_id END HAVING count(*) > 1""")
        self.assertEqual(twice, [], "entries that are there twice")

    def test_07_acknowledged_changes_are_answered_as_before(self):
        self.assertEqual(kill_load.replay(self.load.acknowledged, self.chance, 300), [])
        self.test_03_documents_are_there_once()
        self.test_05_stock_adds_up()


class KillStandaloneTest(KillCase, LiveCase):
    layout = "standalone"


class KillSeparateTest(KillCase, LiveCase):
    layout = "separate"


def load_tests(loader, _tests, _pattern):
    """`kill_test.py standalone` or `separate`."""
    case = KillSeparateTest if LAYOUT == "separate" else KillStandaloneTest
    return loader.loadTestsFromTestCase(case)


LAYOUT = sys.argv.pop(1) if len(sys.argv) > 1 and sys.argv[1] in ("standalone", "separate") else "standalone"

if __name__ == "__main__":
    unittest.main(failfast=True)
