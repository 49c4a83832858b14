"""`qingqu` as a person uses it, against both layouts: signing in, asking, exit codes."""

import os
import subprocess
import unittest

import live_path  # noqa: F401
from live_case import LiveCase

import county_setup
from postgres_server import binary


class ClientCase:
    """The session of the nurse lies in a folder of this test's own."""

    @classmethod
    def prepare(cls):
        cls.county = county_setup.load(cls.platform)
        cls.password_file = cls.platform.folder / "password"
        cls.password_file.write_text(cls.platform.users_password + "\n", encoding="ascii")

    def qingqu(self, *arguments: str, server: str = "", text: str = "") -> subprocess.CompletedProcess:
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("QINGQU_", "LC_", "LANG"))}
        environment["QINGQU_CONFIG_DIR"] = str(self.platform.folder / "session")
        return subprocess.run(
            [binary("qingqu"), f"--server={server or self.platform.addresses()}", *arguments], input=text, env=environment,
            capture_output=True, text=True, check=False, timeout=60)

    def expect(self, exit_code: int, *arguments: str, **options) -> str:
        result = self.qingqu(*arguments, **options)
        self.assertEqual(result.returncode, exit_code, result.stdout + result.stderr)
        return result.stdout + result.stderr

    def test_01_without_a_session_nothing_is_shown(self):
        self.expect(5, "call", "catalog.ListItems")

    def test_02_sign_in_ask_and_sign_out(self):
        self.expect(0, "login", "nurse", f"--password-file={self.password_file}")
        self.assertIn("users/nurse", self.expect(0, "whoami"))
        self.assertIn("cath-lab-store", self.expect(0, "call", "distribution.ListLocations"))
        self.assertIn('"name":"users/nurse"', self.expect(0, "--json", "call", "identity.GetSelf"))
        self.expect(5, "trace", "items/none", "L1")
        self.expect(2, "call", "catalog.NoSuchMethod")
        self.expect(4, "call", "catalog.GetItem", '{"name": "items/none"}')
        self.expect(0, "logout")
        self.expect(5, "whoami")

    def test_03_a_wrong_password_is_refused(self):
        self.expect(5, "login", "nurse", "--password-stdin", text="not the password\n")

    def test_04_no_server_is_told_from_a_refusal(self):
        self.expect(6, "login", "nurse", f"--password-file={self.password_file}", server="127.0.0.1:9")

    def test_05_the_ledger_is_proved(self):
        self.expect(0, "login", "operator", f"--password-file={self.password_file}")
        self.expect(0, "ledger", "check")


class StandaloneClientTest(ClientCase, LiveCase):
    layout = "standalone"


class SeparateClientTest(ClientCase, LiveCase):
    layout = "separate"


if __name__ == "__main__":
    unittest.main()
