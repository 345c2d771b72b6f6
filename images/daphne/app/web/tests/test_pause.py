import unittest

from web.pause import seconds


class Pause(unittest.TestCase):
    def test_from_0_to_10(self):
        for text, number in [("0", 0), ("2", 2), ("0.5", 0.5), ("0.125", 0.125), ("10", 10), ("10.000", 10)]:
            with self.subTest(text):
                self.assertEqual(seconds(text), number)

    def test_all_else_is_refused(self):
        for text in ["", "10.001", "11", "100", "-1", "+1", "1e1", "1_0", "nan", "inf", "two", " 2", "2\n", "2.", ".5", "\u0662"]:
            with self.subTest(text):
                self.assertIsNone(seconds(text))
