"""Ten times the batches that keep the ledger busy: it goes on, in bounded memory, and scans are still answered."""

import dataclasses
import json
import random
import re
import threading
import time
import unittest

import live_path  # noqa: F401
from api_clients import check_ledger
from live_case import LiveCase

import county_setup
from ledger_load import SERVICE, CliCaller, new_name, sign_in
from supply import HOSPITAL, WARD, Supply

BATCH = 8_000
# Two keep the ledger busy: while one batch is posted the other is read and answered.
SATURATING_CALLERS = 2
LOAD_SECONDS = 10
DEADLINE_MS, SCAN_DEADLINE_MS = 55_000, 15_000
PAUSE_SECONDS, PAUSE_MAX_SECONDS = 0.2, 2.0
LOTS = 20
# The lane holds 65,536 movements at most; requests and answers in flight come on top.
GROWTH_MAX_MIB = 768
GROWTH_AGAIN_MAX_MIB = 128
# The callers take their share of the same processors; what is left of the pace on a machine of its own, tests/bench measures.
GOODPUT_MIN = 0.3


@dataclasses.dataclass
class Told:
    """What the callers of one run were told."""
    posted: int = 0
    overloaded: int = 0
    in_doubt: int = 0
    given_up: list[str] = dataclasses.field(default_factory=list)
    others: list[str] = dataclasses.field(default_factory=list)
    scan_seconds: list[float] = dataclasses.field(default_factory=list)
    scans_refused: int = 0
    seconds: float = 0

    def goodput(self) -> float:
        return self.posted / self.seconds


class LedgerOverloadTest(LiveCase):
    """Batches of the largest size from one user, scans from another, by gRPC: over HTTP the gateway's JSON would be in their way."""

    @classmethod
    def prepare(cls):
        cls.county = county_setup.load(cls.platform)
        Supply(cls.county, "flood").add_item("flood")
        received = [
            {**cls.content("RECEIVE", lot, 1_000_000), "name": new_name(random), "toLocation": place, "expiryDate": "2031-12-31"}
            for lot in range(LOTS) for place in (HOSPITAL, WARD)]
        sign_in(cls.platform, "pharmacist", "grpc").answer_once(SERVICE + "PostMovements", {"movements": received}, DEADLINE_MS)
        cls.posted = len(received)

    @staticmethod
    def content(kind: str, lot: int, quantity: int = 1) -> dict:
        return {"kind": f"MOVEMENT_KIND_{kind}", "item": "items/flood", "lot": f"L{lot}", "quantity": str(quantity)}

    def batch(self, chance: random.Random) -> tuple[str, bytes]:
        """The name of its first movement, and the body: goods go to the ward, one by one."""
        names = [new_name(chance) for _ in range(BATCH)]
        content = [
            json.dumps({**self.content("ISSUE", lot), "fromLocation": HOSPITAL, "toLocation": WARD})[1:] for lot in range(LOTS)]
        movements = ",".join(f'{{"name":"{name}",{content[index % LOTS]}' for index, name in enumerate(names))
        return names[0], f'{{"movements":[{movements}]}}'.encode()

    def send_batches(self, client: CliCaller, number: int, stop_at: float, told: Told, lock: threading.Lock) -> None:
        """As an import does: what is refused is sent again, later each time."""
        chance, pause = random.Random(number), PAUSE_SECONDS
        first, body = self.batch(chance)
        while True:
            try:
                status, text = client.post(SERVICE + "PostMovements", body, DEADLINE_MS)
            except OSError as error:
                status, text = 0, str(error)
            with lock:
                if status == 200:
                    told.posted += len(re.findall(r'"movement":\s*{', text))
                    if '"error":' in text:
                        told.others.append(text[:500])
                elif status == 503 and "OVERLOADED" in text:
                    told.overloaded += 1
                elif status in (503, 504):
                    told.in_doubt += 1
                else:
                    told.others.append(f"{status} {text[:500]}")
                if time.monotonic() > stop_at:
                    if status == 503:
                        told.given_up.append(first)
                    return
            if status == 200:
                first, body = self.batch(chance)
                pause = PAUSE_SECONDS
            else:
                time.sleep(pause * chance.uniform(0.5, 1))
                pause = min(2 * pause, PAUSE_MAX_SECONDS)

    def scan(self, client: CliCaller, over: threading.Event, told: Told) -> None:
        """A nurse, now and then."""
        while not over.is_set():
            movement = {**self.content("USE", random.randrange(LOTS)), "name": new_name(random), "fromLocation": WARD}
            start = time.monotonic()
            while True:
                status, text = client.post(
                    SERVICE + "PostMovement", json.dumps({"movement": movement}).encode(), SCAN_DEADLINE_MS)
                if status != 503:
                    break
                told.scans_refused += 1
                time.sleep(PAUSE_SECONDS)
            if status != 200:
                told.others.append(f"scan: {status} {text[:500]}")
            else:
                told.scan_seconds.append(time.monotonic() - start)
            over.wait(0.1)

    def watch(self, over: threading.Event, peaks: dict[str, float], unhealthy: list[float]) -> None:
        while not over.wait(0.25):
            for process in self.platform.processes():
                peaks[process.name] = max(peaks.get(process.name, 0), process.resident_mib())
            if not self.platform.is_healthy():
                unhealthy.append(time.monotonic())

    def run_load(self, callers: int) -> tuple[Told, dict[str, float]]:
        """What was told, and how large each process became."""
        told, lock, over, peaks, unhealthy = Told(), threading.Lock(), threading.Event(), {}, []
        pharmacist, nurse = (sign_in(self.platform, user, "grpc") for user in ("pharmacist", "nurse"))
        start = time.monotonic()
        senders = [
            threading.Thread(target=self.send_batches, args=(pharmacist, number, start + LOAD_SECONDS, told, lock))
            for number in range(callers)]
        others = [
            threading.Thread(target=self.scan, args=(nurse, over, told)),
            threading.Thread(target=self.watch, args=(over, peaks, unhealthy))]
        for thread in senders + others:
            thread.start()
        for thread in senders:
            thread.join()
        told.seconds = time.monotonic() - start
        over.set()
        for thread in others:
            thread.join()
        slowest = sorted(told.scan_seconds)
        print(f"{callers} callers: {told.goodput():.0f} movements a second, {told.overloaded} batches refused, {told.in_doubt} in doubt; "
              f"{len(slowest)} scans, {slowest[len(slowest) // 2]:.2f} s in the middle, {slowest[-1]:.2f} s the slowest, "
              f"{told.scans_refused} times refused; {', '.join(f'{name} {peak:.0f} MiB' for name, peak in peaks.items())}", flush=True)
        self.assertEqual(told.others, [])
        self.assertEqual(unhealthy, [], "health went down")
        self.assertGreater(len(slowest), 3, "hardly any scan was answered")
        self.assertLess(told.scans_refused, len(slowest), "scans were kept out")
        type(self).posted += told.posted + len(slowest)
        return told, peaks

    def test_01_saturated(self):
        type(self).before = {process.name: process.resident_mib() for process in self.platform.processes()}
        told, _ = self.run_load(SATURATING_CALLERS)
        self.assertEqual(told.overloaded, 0)
        type(self).saturated = told

    def test_02_ten_times_as_many(self):
        told, peaks = self.run_load(10 * SATURATING_CALLERS)
        self.assertGreater(told.overloaded, 0, "this was no overload")
        self.assertGreater(told.goodput(), GOODPUT_MIN * self.saturated.goodput())
        for name, peak in peaks.items():
            self.assertLess(peak - self.before[name], GROWTH_MAX_MIB, name)
        type(self).overloaded, type(self).peaks = told, peaks

    def test_03_again_without_more_memory(self):
        told, peaks = self.run_load(10 * SATURATING_CALLERS)
        self.assertGreater(told.goodput(), GOODPUT_MIN * self.saturated.goodput())
        for name, peak in peaks.items():
            self.assertLess(peak - self.peaks[name], GROWTH_AGAIN_MAX_MIB, name)
        type(self).again = told

    def test_04_what_was_told_is_there_and_nothing_else(self):
        stored = self.platform.database.number("SELECT count(*) FROM distribution.movement")
        if not (self.saturated.in_doubt or self.overloaded.in_doubt or self.again.in_doubt):
            self.assertEqual(stored, self.posted)
        self.assertGreaterEqual(stored, self.posted)
        given_up = [name.removeprefix("movements/") for name in self.overloaded.given_up + self.again.given_up]
        values = ",".join(f"'{name}'" for name in given_up)
        if given_up and not (self.overloaded.in_doubt or self.again.in_doubt):
            self.assertEqual(self.platform.database.number(
                f"SELECT count(*) FROM distribution.movement WHERE movement_id IN ({values})"), 0, "refused and posted")
        checked = check_ledger(self.county.clients["operator"])
        self.assertEqual(checked["findings"], [])


if __name__ == "__main__":
    unittest.main(failfast=True)
