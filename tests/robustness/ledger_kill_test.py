"""kill -9 of the service, of PostgreSQL's backends and of its postmaster while callers post: the ledger stays exact."""

import collections
import datetime
import os
import random
import shutil
import signal
import time
import unittest

import live_path  # noqa: F401
from live_case import LiveCase

import county_setup
import ledger_load
from api_clients import CliClient, check_ledger
from postgres_server import PostgresServer
from processes import wait_until

ROUNDS = int(os.environ.get("QINGQU_ROBUSTNESS_ROUNDS", "20"))
SEED = int(os.environ.get("QINGQU_ROBUSTNESS_SEED", "0")) or random.SystemRandom().randint(1, 999_999)
ANSWERED_BETWEEN = 20
REPLAYED_MAX, REPLAYED_AT_ONCE = 4_000, 500

MOVEMENTS = """
  SELECT movement_id, kind, quantity, moved, held, coalesce(debit_after, 0), coalesce(credit_after, 0),
         (extract(epoch FROM posted_at) * 1000000)::bigint, coalesce(refusal->>'reason', ''), coalesce(refusal->>'message', ''),
         coalesce(document, ''), coalesce(reservation_id::text, ''), coalesce(linked_group, '')
  FROM distribution.movement"""

# The last movement of an account tells its balance, and so does each before it.
BALANCES_THAT_JUMP = """
  WITH side AS (
    SELECT debit_account_id AS account_id, moved AS change, debit_after AS after, posted_at, posting_number
    FROM distribution.movement WHERE debit_account_id IS NOT NULL
    UNION ALL
    SELECT credit_account_id, -moved, credit_after, posted_at, posting_number
    FROM distribution.movement WHERE credit_account_id IS NOT NULL)
  SELECT account_id, posting_number, after, sum FROM (
    SELECT *, sum(change) OVER (PARTITION BY account_id ORDER BY posted_at, posting_number) AS sum FROM side) AS told
  WHERE after <> sum"""


class Row:
    """A row of distribution.movement."""

    def __init__(self, cells: list[str]):
        self.kind = cells[1]
        self.quantity, self.moved, self.held, self.debit_after, self.credit_after, self.posted_us = map(int, cells[2:8])
        self.reason, self.message, self.document, self.reservation, self.group = cells[8:13]


def microseconds(instant: str) -> int:
    """Of a google.protobuf.Timestamp in JSON."""
    whole, _, fraction = instant.removesuffix("Z").partition(".")
    seconds = datetime.datetime.fromisoformat(f"{whole}+00:00").timestamp()
    return int(seconds) * 1_000_000 + int(fraction.ljust(6, "0") or 0)


def sides(movement: dict) -> list[tuple[str, int]]:
    """The places whose balances an answer changed, and by how much."""
    quantity, kind = int(movement["quantity"]), movement["kind"].removeprefix("MOVEMENT_KIND_")
    if kind in ("RESERVE", "VOID"):
        return []
    source, target = (movement[field].removeprefix("locations/") for field in ("fromLocation", "toLocation"))
    between = f"transit/{source}/{target}"
    if kind == "TRANSFER_OUT":
        target = between
    if kind == "TRANSFER_IN":
        source = between
    return [(source, -quantity), (target, quantity)]


def account_of(place: str, movement: dict) -> tuple[str, str, str, str]:
    """The world outside counts pieces, and does not know them."""
    serial = "" if place.startswith("contra/") else movement.get("serial", "")
    return place, movement["item"].removeprefix("items/"), movement["lot"], serial


class LedgerKillTest(LiveCase):
    """A durable PostgreSQL of its own."""

    @classmethod
    def make_database(cls):
        cls.postgres = PostgresServer()
        cls.addClassCleanup(cls.postgres.remove)
        return cls.postgres.create()

    @classmethod
    def prepare(cls):
        cls.county = county_setup.load(cls.platform, patience_seconds=ledger_load.PATIENCE_SECONDS)
        cls.chance = random.Random(SEED)
        cls.load = ledger_load.LedgerLoad(cls.platform, cls.county, SEED)

    @classmethod
    def tearDownClass(cls):
        if cls._failed:
            shutil.copy(cls.postgres.process.log, cls.platform.folder)

    def kill_service(self) -> str:
        service = self.platform.services["standalone"]
        service.kill()
        time.sleep(self.chance.random() * 0.3)
        self.platform.restart(service)
        return "service"

    def kill_postmaster(self) -> str:
        self.postgres.process.kill()
        time.sleep(self.chance.random() * 0.3)
        self.postgres.start()
        return "postmaster"

    def kill_backend(self) -> str:
        """PostgreSQL then ends all connections and recovers."""
        wait_until(self.database_answers, 60, "PostgreSQL has recovered", 0.1)
        pids = wait_until(self.ledger_backends, 60, "the ledger has a connection", 0.05)
        # The one that worked last is the lane's most of the time, in the middle of a posting.
        pid = pids[0] if self.chance.random() < 0.7 else self.chance.choice(pids)
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return "no backend"
        wait_until(self.database_answers, 60, "PostgreSQL has recovered", 0.1)
        return "backend"

    def ledger_backends(self) -> list[int]:
        try:
            return [int(pid) for pid, in self.platform.database.rows("""
              SELECT pid FROM pg_stat_activity WHERE usename = 'qingqu_distribution' AND backend_type = 'client backend'
              ORDER BY state_change DESC""")]
        except AssertionError:
            return []

    def database_answers(self) -> bool:
        try:
            self.platform.database.number("SELECT 1")
            return True
        except AssertionError:
            return False

    def wait_for_answers(self, count: int) -> None:
        """So that the next kill, too, meets callers at work."""
        wanted = self.load.answered() + count
        wait_until(lambda: self.load.problems() or self.load.answered() >= wanted, 120, "movements are posted again")

    def test_01_callers_post_while_everything_is_killed(self):
        start, killed, in_doubt = time.monotonic(), collections.Counter(), 0
        self.load.start()
        actions = [self.kill_service, self.kill_backend, self.kill_postmaster]
        for number in range(ROUNDS):
            # Now and then before all has come up again.
            if number == 0 or self.chance.random() < 0.85:
                self.wait_for_answers(ANSWERED_BETWEEN)
                time.sleep(self.chance.random() * 0.6)
            before = self.load.doubts().total()
            killed[actions[number % len(actions)]()] += 1
            if self.chance.random() < 0.8:
                self.platform.wait_until_healthy()
            in_doubt += self.load.doubts().total() > before
            self.assertEqual(self.load.problems(), [])
        self.platform.wait_until_healthy()
        self.wait_for_answers(ANSWERED_BETWEEN)
        self.load.finish()
        outcomes = self.load.outcomes()
        refused = collections.Counter(outcome.reason for outcome in outcomes.values() if outcome.reason)
        late, unseen, again = (
            sum(getattr(caller, what) for caller in self.load.callers) for what in ("settled_late", "committed_unseen", "asked_again"))
        print(f"{ledger_load.WAY}, seed {SEED}: {dict(killed)} killed in {time.monotonic() - start:.0f} s, calls in doubt after "
              f"{in_doubt} of them; {len(outcomes)} movements, of which refused {dict(refused)}; in doubt "
              f"{dict(self.load.doubts())}, of which {late} movements were settled at the end, {unseen} of them committed long "
              f"before; {again} asked again", flush=True)
        self.assertEqual(self.load.problems(), [])
        self.assertGreater(refused["INSUFFICIENT_STOCK"], 0)
        self.assertGreater(len(outcomes), refused.total())
        self.assertEqual(set(outcomes), set(self.load.sent()))

    def rows(self) -> dict[str, Row]:
        lines = self.platform.database.rows(MOVEMENTS)
        rows = {cells[0]: Row(cells) for cells in lines}
        self.assertEqual(len(rows), len(lines), "an id is there twice")
        return rows

    def answers(self) -> dict[str, dict]:
        """What was posted, as it was answered."""
        return {name: outcome.movement() for name, outcome in self.load.outcomes().items() if not outcome.reason}

    def test_02_every_movement_is_there_once_with_its_outcome(self):
        rows, outcomes, answers = self.rows(), self.load.outcomes(), self.answers()
        burnt = {name for name, outcome in outcomes.items() if outcome.reason != "MOVEMENT_NOT_FOUND"}
        own = {name for name, row in rows.items() if row.kind != "expire"}
        self.assertEqual((sorted(burnt - own), sorted(own - burnt)), ([], []), "(answered and lost, there without an answer)")
        for name in own:
            row, outcome = rows[name], outcomes[name]
            self.assertEqual((row.reason, row.message), (outcome.reason, outcome.message), name)
            if outcome.reason:
                self.assertEqual((row.moved, row.held), (0, 0), name)
                continue
            answer = answers[name]
            self.assertEqual(
                (row.kind, row.quantity, row.credit_after, row.debit_after, row.posted_us),
                (answer["kind"].removeprefix("MOVEMENT_KIND_").lower(), int(answer["quantity"]), int(answer.get("fromBalance", 0)),
                 int(answer.get("toBalance", 0)), microseconds(answer["postTime"])), name)

    def test_03_groups_are_all_there_or_not_at_all(self):
        groups = collections.defaultdict(set)
        outcomes = self.load.outcomes()
        for name, movement in self.load.sent().items():
            if "group" in movement:
                groups[movement["group"]].add(not outcomes[name].reason)
        self.assertEqual([group for group, posted in groups.items() if len(posted) > 1], [])
        self.assertGreater(len(groups), 0)

    def test_04_balances_are_what_was_acknowledged(self):
        on_hand, reserved, held_by = collections.Counter(), collections.Counter(), {}
        answers = self.answers()
        for name, answer in answers.items():
            for place, change in sides(answer):
                on_hand[account_of(place, answer)] += change
            if answer["kind"] == "MOVEMENT_KIND_RESERVE":
                held_by[name] = account_of(answer["fromLocation"].removeprefix("locations/"), answer)
                reserved[name] += int(answer["quantity"])
            elif "reservation" in answer:
                reserved[answer["reservation"].removeprefix("reservations/")] -= int(answer["quantity"])
        over = self.let_go(answers)
        stored, stored_reserved = collections.Counter(), collections.Counter()
        for place, item, lot, serial, quantity, held in self.platform.database.rows("""
              SELECT regexp_replace(location_id, '^(contra/[a-z]+)/.*', '\\1'), account.item_id, lot_number, serial, on_hand, reserved
              FROM distribution.account JOIN distribution.lot USING (lot_id)"""):
            stored[place, item, lot, serial] += int(quantity)
            stored_reserved[place, item, lot, serial] += int(held)
        self.assertEqual({key: stored[key] for key in stored if stored[key]}, {key: on_hand[key] for key in on_hand if on_hand[key]})
        held = collections.Counter()
        for name, quantity in reserved.items():
            self.assertGreaterEqual(quantity, over.get(name, 0), name)
            held[held_by[name]] += quantity - over.get(name, 0)
        self.assertEqual({key: stored_reserved[key] for key in stored_reserved if stored_reserved[key]},
                         {key: held[key] for key in held if held[key]})

    def let_go(self, answers: dict[str, dict]) -> dict[str, int]:
        """What the ledger itself let go of, by reservation: all that was left of those that were short, and of no other."""
        short = {name for name, movement in self.load.sent().items() if "expireTime" in movement and name in answers}
        still = "SELECT count(*) FROM distribution.reservation WHERE state = 'open' AND expires_at < now()"
        wait_until(lambda: self.platform.database.number(still) == 0, 60, "reservations end when their time is over", 0.5)
        expired = collections.Counter()
        for row in self.rows().values():
            if row.kind != "expire":
                continue
            if row.reason:
                # The holder posted or voided the rest between the look and the decision; the next look finds it closed.
                self.assertEqual(row.reason, "RESERVATION_CLOSED")
            else:
                self.assertIn(row.reservation, short)
                expired[row.reservation] -= row.held
        return expired

    def test_05_each_balance_follows_from_the_one_before(self):
        self.assertEqual(self.platform.database.rows(BALANCES_THAT_JUMP), [])

    def test_06_the_journal_tells_each_movement_once(self):
        told = dict(self.platform.database.rows("""
          SELECT substr(movement->>'movement', 11), count(*)
          FROM journal.entry, jsonb_array_elements(details->'movements') AS movement
          WHERE event = 'movements.posted' GROUP BY 1"""))
        self.assertEqual({name: count for name, count in told.items() if count != "1"}, {})
        self.assertEqual(set(told), set(self.rows()))

    def test_07_everything_is_answered_as_before(self):
        before = self.rows().keys()
        for caller in self.load.callers:
            names = list(caller.first)
            names = self.chance.sample(names, min(len(names), REPLAYED_MAX // len(self.load.callers)))
            for begin in range(0, len(names), REPLAYED_AT_ONCE):
                caller.ask_again(names[begin:begin + REPLAYED_AT_ONCE])
        self.assertEqual(self.load.problems(), [])
        self.assertEqual(self.rows().keys(), before)

    def test_08_the_watch_finds_nothing(self):
        checked = check_ledger(self.county.clients["operator"])
        self.assertEqual(checked["findings"], [])
        self.assertEqual(checked["movementCount"], len(self.rows()))
        folder = self.platform.folder / "officer"
        folder.mkdir(mode=0o700)
        token = self.load.callers[0].fresh_token()
        result = CliClient(self.platform.addresses(), token, folder).run("ledger", "check")
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)


if __name__ == "__main__":
    unittest.main(failfast=True)
