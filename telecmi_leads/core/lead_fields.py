"""What a lead is made of, as the API and the command line name it. Imports nothing, since --help waits for it."""

from __future__ import annotations

from enum import StrEnum

MAX_CAMPAIGN_LEADS = 1000
"""The service takes at most this many leads a request (documented for v3/leads/add)."""


class Field(StrEnum):
    """What a column can feed: the API's eight fields, and three that are made into them."""

    FIRSTNAME = "firstname"
    LASTNAME = "lastname"
    PHONE = "phone"
    EMAIL = "email"
    COMMENT = "comment"
    ADDRESS = "address"
    CITY = "city"
    COUNTRY = "country"
    ORDER_INDEX = "order_index"
    FULLNAME = "fullname"
    DIALCODE = "dialcode"
