"""Invented phone cells of every region: examples and what people, programs and accidents make of them."""

from __future__ import annotations

import random

import phonenumbers
from phonenumbers import PhoneNumberType

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
SERVICES = sorted(phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS)
_TYPES = (
    *[PhoneNumberType.MOBILE] * 4,
    *[PhoneNumberType.FIXED_LINE] * 3,
    PhoneNumberType.TOLL_FREE,
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.SHARED_COST,
    PhoneNumberType.VOIP,
    PhoneNumberType.PERSONAL_NUMBER,
    PhoneNumberType.PAGER,
    PhoneNumberType.UAN,
    PhoneNumberType.VOICEMAIL,
)
_DIGITS = "0123456789"
_SCRIPTS = [chr(zero) for zero in (0x660, 0x6F0, 0x966, 0x9E6, 0xE50, 0xFF10, 0x1D7CE)]
_JUNK = (
    "",
    "-",
    "0",
    "NA",
    "null",
    "n/a",
    "abc",
    "call me",
    "9.19877E+11",
    "98XXXXXX10",
    "O9876500052",
    "#ERROR!",
)


class Inputs:
    """Makes cells and their regions from a seed."""

    def __init__(self, seed: int) -> None:
        self._rnd = random.Random(seed)
        self._examples: dict[tuple[str, int], tuple[str, str]] = {}

    def national(self) -> tuple[str, str, str]:
        """Return (calling code, national digits, region): an example of the metadata, more or less changed."""
        rnd = self._rnd
        region = rnd.choice(REGIONS)
        code, digits = self._example(region, rnd.choice(_TYPES))
        changed = list(digits)
        for _ in range(rnd.choice((0, 1, 2, 3, len(digits)))):
            changed[rnd.randrange(len(changed))] = rnd.choice(_DIGITS)
        if rnd.random() < 0.3:  # the metadata decides by the first digits, so keep those and change the others
            keep = rnd.randrange(1, len(digits))
            changed[keep:] = rnd.choices(_DIGITS, k=len(digits) - keep)
        if rnd.random() < 0.05:  # any length, and with it what is only dialled within a town
            length = rnd.randrange(2, 14)
            changed = (changed + rnd.choices(_DIGITS, k=12))[:length]
        if rnd.random() < 0.1:
            changed.insert(rnd.randrange(len(changed) + 1), rnd.choice(_DIGITS))
        if rnd.random() < 0.1:
            del changed[rnd.randrange(len(changed))]
        return code, "".join(changed), region

    def number(self) -> tuple[str, str | None]:
        """Return a number in one of the ways it may be written, `+` and digits or digits alone, and a row's region."""
        rnd = self._rnd
        code, digits, region = self.national()
        trunk = phonenumbers.ndd_prefix_for_region(region, strip_non_digits=True) or ""
        prefix = rnd.choice(
            (
                "",
                "",
                f"+{code}",
                f"+{code}",
                f"+{code}",
                code,
                f"00{code}",
                f"011{code}",
                trunk,
                trunk,
                "0",
                f"0{code}",
            )
        )
        if rnd.random() < 0.03:
            prefix = rnd.choice(
                (f"+{trunk}", f"+{code}{trunk}", f"+00{code}", f"00{trunk}", "+", "8", "00", "810" + code)
            )
        row: str | None = region
        if rnd.random() < 0.15:
            row = rnd.choice((None, None, rnd.choice(REGIONS), "IN", "US", "GB"))
        return prefix + digits, row

    def service(self) -> tuple[str, str | None]:
        """Return a number of a calling code without a region, such as +800."""
        digits = "".join(self._rnd.choices(_DIGITS, k=self._rnd.randrange(6, 13)))
        return f"+{self._rnd.choice(SERVICES)}{digits}", self._rnd.choice((None, "IN"))

    def noise(self) -> tuple[str, str | None]:
        """Return any digits."""
        rnd = self._rnd
        digits = "".join(rnd.choices(_DIGITS, k=rnd.randrange(1, 20)))
        if rnd.random() < 0.2:
            digits = rnd.choice(_DIGITS) * len(digits)
        return rnd.choice(("", "", "+", "0", "00")) + digits, rnd.choice((None, rnd.choice(REGIONS), "IN"))

    def plain(self) -> tuple[str, str | None]:
        """Return `+` and digits, or digits alone, with a row's region."""
        chance = self._rnd.random()
        if chance < 0.94:
            return self.number()
        return self.service() if chance < 0.96 else self.noise()

    def punctuated(self) -> tuple[str, str | None]:
        """Return a plain number with the punctuation that phonenumbers ignores."""
        text, region = self.plain()
        rnd = self._rnd
        if rnd.random() < 0.6 and len(text) > 3:
            for _ in range(rnd.randrange(1, 4)):
                at = rnd.randrange(1, len(text))
                text = text[:at] + rnd.choice((" ", "-", " ", "-", ") ", " (", ".", "  ", " - ")) + text[at:]
            if rnd.random() < 0.2:
                text = f"({text}" if rnd.random() < 0.5 else f" {text} "
        return text, region

    def cell(self) -> tuple[str, str | None]:
        """Return a cell as files have them: mostly numbers, some of them wrapped, masked, doubled or nothing at all."""
        rnd = self._rnd
        text, region = self.punctuated()
        chance = rnd.random()
        if chance < 0.7:
            return text, region
        if chance < 0.75:
            zero = ord(rnd.choice(_SCRIPTS))
            return "".join(chr(zero + int(char)) if char in _DIGITS else char for char in text), region
        if chance < 0.8:
            other, _ = self.punctuated()
            return text + rnd.choice((" / ", "/", ", ", ";", " ", "\n", " or ", " ::: ", "|", " & ")) + other, region
        if chance < 0.83:
            return rnd.choice(_JUNK), region
        if chance < 0.87:
            at = rnd.randrange(len(text) + 1)
            return text[:at] + rnd.choice("xXO*#•l?\u200b\u00a0+.~_e") + text[at:], region
        return self._wrapped(text), region

    def _wrapped(self, text: str) -> str:
        form = self._rnd.choice(
            (
                "'{}", "`{}", '="{}"', "p:{}", "tel:{}", "whatsapp:{}", "https://wa.me/{}", "{}.0", "{}.00", "Mob: {}",
                "{} (Papa)", "{} (Ravi)", "{} (UK)", "USA: {}", "not {}",
                "was {}", "{} ext. 12", "{} x12", "{};ext=3", "\u202a{}\u202c", "\ufeff{}", "{},", "({})", "'{}'",
                "P:{}", "p: {}", "' {}", "{}.0 ", "{}-office", "+{}", "{}/12", "{}/", "0{}", "{} ", "\t{}",
            )
        )  # fmt: skip
        return str(form).format(text)

    def _example(self, region: str, kind: int) -> tuple[str, str]:
        found = self._examples.get((region, kind))
        if found is None:
            example = phonenumbers.example_number_for_type(region, kind) or phonenumbers.example_number(region)
            assert example is not None
            found = str(example.country_code), phonenumbers.national_significant_number(example)
            self._examples[region, kind] = found
        return found
