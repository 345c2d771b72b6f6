"""How long a visitor may ask a request to take."""

import re

LONGEST = 10


def seconds(text):
    """The number in "2" or "0.5", or None for what is no number, below 0 or above LONGEST."""
    if not re.fullmatch(r"[0-9]{1,2}(\.[0-9]{1,3})?", text):
        return None
    number = float(text)
    return number if number <= LONGEST else None
