"""`qingqu import`, its server and PostgreSQL are killed half-way; run again, the end is that of an uninterrupted run."""

import json
import os
import pathlib
import random
import signal
import subprocess
import time
import unittest

import live_path
from live_case import LiveCase

import county_setup
from api_clients import CliClient
from live_platform import LivePlatform
from postgres_server import PostgresServer, binary

ROUNDS = int(os.environ.get("QINGQU_ROBUSTNESS_ROUNDS", "4"))
SEED = int(os.environ.get("QINGQU_ROBUSTNESS_SEED", "0")) or random.SystemRandom().randint(1, 999_999)
DATA = live_path.ROOT / "tests" / "data"
SHARED = live_path.ROOT.parent / "shared" / "data"

# The facts that an import leaves, with names in place of generated keys.
END_STATE = {
    "history": """
      SELECT count(*) || ':' || coalesce(md5(string_agg(md5((to_jsonb(line) - 'vendor_id' - 'item_id' - 'manufacturer_id'
        || jsonb_build_object('vendor', vendor.name, 'item', item.description, 'manufacturer', maker.name))::text), ''
        ORDER BY line.source, line.source_line_id)), '')
      FROM procurement.history_line AS line
      JOIN procurement.history_vendor AS vendor USING (vendor_id)
      JOIN procurement.history_item AS item USING (item_id)
      LEFT JOIN procurement.history_manufacturer AS maker USING (manufacturer_id)""",
    "vendors": "SELECT count(*) || ':' || md5(string_agg(name, '|' ORDER BY name)) FROM procurement.history_vendor",
    "items": "SELECT count(*) || ':' || md5(string_agg(description, '|' ORDER BY description)) FROM procurement.history_item",
    "makers": "SELECT count(*) || ':' || md5(string_agg(name, '|' ORDER BY name)) FROM procurement.history_manufacturer",
    "classes": "SELECT count(*) || ':' || coalesce(md5(string_agg(class::text, '|' ORDER BY level, code)), '') FROM catalog.class",
}


def input_file(real: str, sample: str) -> pathlib.Path:
    if (SHARED / real).exists():
        return SHARED / real
    print(f"../shared/data/{real} is absent: tests/data/{sample} is imported instead", flush=True)
    return DATA / sample


HISTORY = input_file("scms_delivery_history.csv", "scms_sample.csv")
CLASSES = input_file("nhsa_key_monitored_classes.csv", "classes_sample.csv")
IMPORTS = {
    "history": ["history", f"--mapping={DATA / 'scms_mapping.json'}", str(HISTORY)],
    "classes": ["classes", str(CLASSES)],
}


class Importer:
    """The officer's `qingqu`."""

    def __init__(self, platform: LivePlatform, token: str):
        folder = platform.folder / "officer"
        folder.mkdir(mode=0o700)
        self._rejects = platform.folder / "rejects.csv"
        self._client = CliClient(platform.addresses(), token, folder)
        self._command = [binary("qingqu"), f"--server={platform.addresses()}", "--json", "import"]
        self._environment = {**os.environ, "QINGQU_TOKEN": token, "QINGQU_CONFIG_DIR": str(folder), "LANG": "C.UTF-8"}

    def start(self, kind: str) -> subprocess.Popen:
        return subprocess.Popen(
            [*self._command, *IMPORTS[kind], f"--rejects={self._rejects}"], env=self._environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(self, kind: str) -> dict:
        return self.finish(self.start(kind))

    @staticmethod
    def finish(running: subprocess.Popen) -> dict:
        output, errors = running.communicate(timeout=300)
        assert running.returncode == 0, f"exit code {running.returncode}: {output}{errors}"
        return json.loads(output.splitlines()[-1])


class ImportKillTest(LiveCase):
    """The uninterrupted run happens on a platform of its own, in the same way."""

    @classmethod
    def make_database(cls):
        cls.postgres = PostgresServer()
        cls.addClassCleanup(cls.postgres.remove)
        return cls.postgres.create()

    @classmethod
    def prepare(cls):
        cls.chance = random.Random(SEED)
        with LivePlatform() as undisturbed:
            importer = Importer(undisturbed, county_setup.load(undisturbed).tokens["officer"])
            cls.seconds = {}
            for kind in IMPORTS:
                start = time.monotonic()
                outcome = importer.run(kind)
                cls.seconds[kind] = time.monotonic() - start
                print(f"undisturbed {kind}: {outcome} in {cls.seconds[kind]:.1f} s, seed {SEED}", flush=True)
            cls.expected = cls.end_state(undisturbed.database)
        cls.importer = Importer(cls.platform, county_setup.load(cls.platform).tokens["officer"])
        cls.empty = cls.end_state(cls.platform.database)

    @staticmethod
    def end_state(database) -> dict[str, str]:
        return {name: database.run(query) for name, query in END_STATE.items()}

    def pause(self, kind: str) -> None:
        """Until some moment of the import, its start and its end included."""
        time.sleep(self.chance.uniform(0.01, 1.05) * self.seconds[kind])

    def expect_all_or_nothing(self) -> None:
        """A reader never sees half an import."""
        now = self.end_state(self.platform.database)
        for name, seen in now.items():
            self.assertIn(seen, (self.empty[name], self.expected[name]), name)

    def test_01_the_client_is_killed(self):
        killed = 0
        for number in range(ROUNDS):
            kind = ("history", "classes")[number % 2]
            running = self.importer.start(kind)
            self.pause(kind)
            killed += running.poll() is None
            running.kill()
            running.communicate()
            self.expect_all_or_nothing()
        print(f"the client was killed {killed} times in {ROUNDS}", flush=True)

    def test_02_the_server_is_killed_and_the_import_goes_on(self):
        service = self.platform.services["standalone"]
        for number in range(ROUNDS):
            kind = ("history", "classes")[number % 2]
            running = self.importer.start(kind)
            self.pause(kind)
            service.kill()
            time.sleep(self.chance.random() * 0.5)
            self.platform.restart(service)
            self.importer.finish(running)
            self.expect_all_or_nothing()
            self.platform.wait_until_healthy()
            self.assertEqual(self.end_state(self.platform.database)[kind], self.expected[kind])
            self.forget(kind)

    def forget(self, kind: str) -> None:
        """So that the next round has something to import."""
        tables = "catalog.class" if kind == "classes" else (
            "procurement.history_line, procurement.history_vendor, procurement.history_item, procurement.history_manufacturer")
        self.platform.database.change_behind_the_back(f"TRUNCATE {tables}")

    def test_03_postgres_is_killed_and_a_rerun_completes_it(self):
        for number in range(ROUNDS):
            kind = ("history", "classes")[number % 2]
            running = self.importer.start(kind)
            self.pause(kind)
            if number % 3 == 2:
                self.kill_a_backend()
            else:
                self.postgres.process.kill()
            self.postgres.start()
            running.communicate(timeout=300)
            self.platform.wait_until_healthy()
            self.expect_all_or_nothing()
            outcome = self.importer.run(kind)
            self.assertEqual(outcome["rejected"], 0)
            self.assertEqual(self.end_state(self.platform.database)[kind], self.expected[kind])
            self.forget(kind)

    def kill_a_backend(self) -> None:
        for pid in self.postgres.backends():
            try:
                os.kill(pid, signal.SIGKILL)
                return
            except ProcessLookupError:
                continue

    def test_04_the_end_is_that_of_an_undisturbed_run(self):
        for kind in IMPORTS:
            self.importer.run(kind)
        self.assertEqual(self.end_state(self.platform.database), self.expected)
        for kind in IMPORTS:
            again = self.importer.run(kind)
            self.assertEqual((again["imported"], again["unchanged"]), (0, again["read"]))
        self.assertEqual(self.end_state(self.platform.database), self.expected)


if __name__ == "__main__":
    unittest.main(failfast=True)
