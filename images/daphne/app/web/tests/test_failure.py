import unittest

from web.failure import LONGEST, describe


class Failure(unittest.TestCase):
    def test_names_what_went_wrong(self):
        self.assertEqual(describe(ConnectionRefusedError("connection refused")), "ConnectionRefusedError: connection refused")

    def test_an_error_without_words(self):
        self.assertEqual(describe(TimeoutError()), "TimeoutError")

    def test_the_last_line_is_the_reason(self):
        self.assertEqual(describe(OSError("several attempts\n  - refused\n")), "OSError: - refused")

    def test_no_secret_is_told_even_inside_a_longer_one(self):
        self.assertEqual(describe(OSError("user app:swordfish2 and sword"), ["sword", "swordfish2"]), "OSError: user app:*** and ***")

    def test_it_stays_short(self):
        self.assertEqual(len(describe(OSError("x" * 1000))), LONGEST)
