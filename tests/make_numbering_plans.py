"""Makes telecmi_leads/phones/numbering_plans.txt anew: what is proved of the installed phonenumbers' metadata.

Run it after an update of phonenumbers, or of the proof: `python tests/make_numbering_plans.py`.
"""

from __future__ import annotations

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE
from places import PACKAGE

from telecmi_leads.phones.numbering_plan import PLANS, line_of


def text() -> str:
    """Return the whole file."""
    return "".join(map(line_of, sorted(COUNTRY_CODE_TO_REGION_CODE)))


if __name__ == "__main__":
    (PACKAGE / "phones" / PLANS).write_text(text(), encoding="ascii")
