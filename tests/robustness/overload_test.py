"""Ten times as many callers as the services can serve: refused early, bounded in memory, healthy, and nothing lost."""

import dataclasses
import json
import threading
import time
import unittest

import live_path  # noqa: F401
from live_case import LiveCase

import county_setup
from county_setup import request_id
from supply import Supply

WORKERS, QUEUE_MAX = 2, 8
SATURATING_CALLERS = WORKERS + QUEUE_MAX
LOAD_SECONDS = 6
DEADLINE_MS = 2_000
# What an answer may take beyond its deadline on a busy machine.
GRACE_SECONDS = 1.5
GROWTH_MAX_MIB = 128


@dataclasses.dataclass
class Answer:
    status: int
    seconds: float
    text: str
    request_id: str


class OverloadTest(LiveCase):
    """Few workers and a short queue, so that a test program can be ten times too much."""

    flags = [f"--connections={WORKERS}", f"--queue_max={QUEUE_MAX}"]

    @classmethod
    def prepare(cls):
        cls.county = county_setup.load(cls.platform)
        cls.supply = Supply(cls.county, "overload")
        cls.supply.add_item("wanted")

    def hammer(self, callers: int, seconds: float, make_call) -> list[Answer]:
        """`callers` threads that ask again as soon as they are answered."""
        answers, stop = [], time.monotonic() + seconds

        def run(caller: int) -> None:
            number = 0
            while time.monotonic() < stop:
                number += 1
                client, method, message = make_call(caller, number)
                start = time.monotonic()
                try:
                    status, text = client.post(method, json.dumps(message).encode(), DEADLINE_MS)
                except OSError as error:
                    status, text = 0, str(error)
                answers.append(Answer(status, time.monotonic() - start, text, message.get("requestId", "")))

        threads = [threading.Thread(target=run, args=(caller,)) for caller in range(callers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers

    def write(self, caller: int, number: int) -> tuple:
        return self.county.clients["nurse"], "procurement.CreateRequisition", {
            "requestId": request_id(f"{self._testMethodName}/{caller}/{number}"),
            "requisition": {
                "department": "departments/cath-lab", "lines": [{"item": "items/wanted", "quantityRequested": "1"}]}}

    def read(self, _caller: int, _number: int) -> tuple:
        return self.county.clients["nurse"], "procurement.ListRequisitions", {"pageSize": 200}

    def overload(self, make_call) -> list[Answer]:
        """Looks at memory and health while it lasts."""
        before = {process.name: process.resident_mib() for process in self.platform.processes()}
        peaks, unhealthy, over = dict(before), [], threading.Event()

        def watch() -> None:
            while not over.wait(0.25):
                for process in self.platform.processes():
                    peaks[process.name] = max(peaks[process.name], process.resident_mib())
                if not self.platform.is_healthy():
                    unhealthy.append(time.monotonic())

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            answers = self.hammer(10 * SATURATING_CALLERS, LOAD_SECONDS, make_call)
        finally:
            over.set()
            watcher.join()
        self.assertEqual(unhealthy, [], "health went down")
        for name, peak in peaks.items():
            print(f"{name}: {before[name]:.0f} MiB before, {peak:.0f} MiB at most", flush=True)
            self.assertLess(peak - before[name], GROWTH_MAX_MIB, name)
        return answers

    def check_answers(self, answers: list[Answer]) -> None:
        by_status = {}
        for answer in answers:
            by_status.setdefault(answer.status, []).append(answer)
        for status, group in sorted(by_status.items()):
            slowest = max(answer.seconds for answer in group)
            print(f"HTTP {status}: {len(group)} answers, slowest {slowest:.2f} s", flush=True)
            self.assertIn(status, (200, 503, 504), group[0].text)
            self.assertLess(slowest, DEADLINE_MS / 1000 + GRACE_SECONDS)
        self.assertGreater(len(by_status.get(200, [])), 10 * LOAD_SECONDS, "hardly anything was served")
        self.assertGreater(len(by_status.get(503, [])), 0, "this was no overload")
        for refused in by_status.get(503, []):
            self.assertEqual(json.loads(refused.text)["code"], "unavailable", refused.text)

    def test_01_writes(self):
        answers = self.overload(self.write)
        self.check_answers(answers)
        acknowledged = {answer.request_id for answer in answers if answer.status == 200}
        refused = {answer.request_id for answer in answers if answer.status == 503}
        stored = set(self.platform.database.run("SELECT requisition_id FROM procurement.requisition").split())
        self.assertEqual(acknowledged - stored, set(), "acknowledged and lost")
        self.assertEqual(refused & stored, set(), "refused and done")

    def test_02_reads(self):
        self.check_answers(self.overload(self.read))

    def test_03_afterwards_all_is_as_before(self):
        start = time.monotonic()
        for number in range(20):
            client, method, message = self.write(0, number)
            status, text = client.post(method, json.dumps(message).encode())
            self.assertEqual(status, 200, text)
        self.assertLess(time.monotonic() - start, 20)
        for process in self.platform.processes():
            self.assertTrue(process.is_running(), process.name)


if __name__ == "__main__":
    unittest.main()
