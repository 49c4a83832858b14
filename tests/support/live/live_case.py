"""unittest on a live platform."""

import unittest

from api_clients import ApiError
from live_platform import LivePlatform


class LiveCase(unittest.TestCase):
    """One platform for the tests of a class, which run in the order of their names. Its logs are shown when one fails."""

    layout = "standalone"
    flags: list[str] = []
    gateway_flags: list[str] = []
    platform: LivePlatform
    _failed = False

    @classmethod
    def setUpClass(cls):
        cls.platform = LivePlatform(cls.layout, cls.make_database(), cls.flags, cls.gateway_flags)
        cls._failed = True
        cls.addClassCleanup(lambda: cls.platform.close(cls._failed))
        cls.platform.start()
        cls.prepare()
        cls._failed = False

    @classmethod
    def make_database(cls):
        """None: a copy of the template on the cluster of tests/run."""
        return None

    @classmethod
    def prepare(cls):
        """What the tests of the class begin with."""

    def run(self, result=None):
        before = len(result.failures) + len(result.errors) if result else 0
        finished = super().run(result)
        if result and len(result.failures) + len(result.errors) > before:
            type(self)._failed = True
        return finished

    def assert_refused(self, reason: str, call, *arguments, code: str = "", **options) -> ApiError:
        """The call must fail with this stable reason; a code alone is enough where the error has no reason."""
        try:
            answer = call(*arguments, **options)
        except ApiError as error:
            self.assertEqual(error.reason, reason, error)
            if code:
                self.assertEqual(error.code, code, error)
            return error
        raise self.failureException(f"should have been refused with {reason or code}: {str(answer)[:300]}")
