"""Codes with check characters, computed and not copied, so that the demonstration names nobody real."""

import datetime

CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
GROUP_SEPARATOR = "\x1d"


def credit_code(first_17: str) -> str:
    """统一社会信用代码, GB 32100-2015: weights 3^i mod 31."""
    total = sum(
        CREDIT_ALPHABET.index(character) * pow(3, place, 31)
        for place, character in enumerate(first_17)
    )
    return first_17 + CREDIT_ALPHABET[(31 - total % 31) % 31]


def gtin(first_13: str) -> str:
    """GTIN-14 with its check digit, GS1 General Specifications 7.9."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(first_13))
    return first_13 + str(-total % 10)


def scan(device_identifier: str, lot: str, expiry: datetime.date, serial: str = "") -> str:
    """What a scanner reads from a GS1 DataMatrix."""
    text = f"]d201{device_identifier}17{expiry:%y%m%d}10{lot}"
    return f"{text}{GROUP_SEPARATOR}21{serial}" if serial else text
