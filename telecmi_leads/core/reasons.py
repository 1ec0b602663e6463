"""Why a row is rejected, what was repaired on the way, what is warned of: the stable codes with their words."""

from __future__ import annotations

from enum import Enum, StrEnum
from typing import Self


class Reason(Enum):
    """Why a row is rejected: `code` (stable), `says` (for a person), `tip` (how to correct it).

    `short` is the few words of a list, "" where the code will do.
    """

    NO_PHONE = ("no_phone", "there is no phone number in the row", "Fill in a number, or delete the row.", "no number")
    NO_REGION = (
        "no_region",
        "the number has no country code and no region is set",
        "Set --region (such as IN) or TELECMI_REGION, or write the number with + and its country code.",
        "no country code",
    )
    DIGITS_LOST = (
        "digits_lost",
        "a spreadsheet has lost digits of it: an exponent, a minus sign, or zeros at the end of many numbers",
        "The digits are gone from this file: export it again with the column formatted as text.",
        "digits lost",
    )
    MASKED = (
        "masked",
        "some digits are masked",
        "Get the whole number from where the list comes from.",
        "digits masked",
    )
    LETTERS = (
        "letters",
        "there are letters among the digits",
        "Correct the number; an O may be a zero and an l a one.",
        "letters in it",
    )
    UNCLEAR = (
        "unclear",
        "it is not clear which of the digits are the number",
        "Write the number alone into the cell, with + and its country code.",
    )
    FAX = ("fax", "this is a fax number", "Fill in the number of a telephone.")
    SAID_TO_BE_WRONG = (
        "said_to_be_wrong",
        "the words beside the number say that it is wrong or nobody's any more",
        "Fill in the right number, or delete the words if the number is right.",
    )
    SOMEBODY_ELSES = (
        "somebody_elses",
        "the label of the number says that it is somebody else's",
        "Fill in a number of the lead's own, or correct the label.",
        "somebody else's",
    )
    NOT_A_NUMBER = (
        "not_a_number",
        "this is not a phone number",
        "Put the phone number into this column.",
        "not a number",
    )
    TOO_SHORT = ("too_short", "the number is too short", "Add the missing digits or the area code.")
    TOO_LONG = ("too_long", "the number is too long", "Remove what does not belong to the number.")
    NOT_VALID = (
        "not_valid",
        "no such number exists in its country",
        "Check the digits and the country code; if the row is from another country, write + and its code.",
        "no such number",
    )
    UNKNOWN_COUNTRY = (
        "unknown_country",
        "the row's country is not understood, and the number has no country code",
        "Correct the country, or write the number with + and its country code.",
    )
    UNKNOWN_COUNTRY_CODE = (
        "unknown_country_code",
        "the country code does not exist",
        "Correct the digits after the plus.",
        "no such country code",
    )
    JUNK = ("junk", "this is filler, not a number", "Replace it by the real number, or delete the row.", "filler")
    EMERGENCY = ("emergency", "this is an emergency number", "Delete the row.", "emergency number")
    PREMIUM = (
        "premium",
        "calls to this number are charged at a premium rate",
        "Delete the row, or use --allow-premium if it is meant to be called.",
        "premium rate",
    )
    WRONG_TYPE = (
        "wrong_type",
        "the number is not of a type that --types allows",
        "Find a number of the wanted type, or widen --types.",
        "of another type",
    )
    NO_NAME = ("no_name", "there is no name in the row", "Fill in a name, or use --fill firstname=NAME.", "no name")
    NO_LAST_NAME = (
        "no_last_name",
        "there is no last name in the row, and --no-fill is set",
        "Fill in a last name, or drop --no-fill.",
    )
    TEST_LEAD = ("test_lead", "this is the ad platform's test lead", "Nothing to do: nobody is behind it.")
    TOO_MANY_CELLS = (
        "too_many_cells",
        "the row has more cells than the header has columns",
        "A value probably holds the delimiter: put it in quotes.",
        "too many cells",
    )
    UNREADABLE_TEXT = (
        "unreadable_text",
        "the row holds text that can't be written as UTF-8",
        "Correct the characters in the file.",
        "unreadable text",
    )

    def __init__(self, code: str, says: str, tip: str, short: str = "") -> None:
        self.code = code
        self.says = says
        self.tip = tip
        self.short = short


class Repair(StrEnum):
    """What was repaired on the way; counted once for each cell and kind.

    Its value is the stable code; `says` is for a person, `short` the few words of a list, "" where the code will do.
    """

    says: str
    short: str

    def __new__(cls, code: str, says: str, short: str = "") -> Self:
        """Make a string of the code, which is what is counted and stored, with its words beside it."""
        made = str.__new__(cls, code)
        made._value_ = code
        made.says = says
        made.short = short
        return made

    PUNCTUATION = ("punctuation", "spaces or punctuation taken out of the number", "blanks or punctuation")
    INVISIBLE = ("invisible_characters", "invisible characters taken out of the number", "invisible characters")
    OTHER_DIGITS = ("other_digits", "digits of another script turned into 0 to 9", "digits of another script")
    INTERNATIONAL_PREFIX = ("international_prefix", "international prefix such as 00 replaced", "international prefix")
    TRUNK_PREFIX = ("trunk_prefix", "leading 0 replaced by the country code", "leading 0")
    MISSING_PLUS = ("missing_plus", "country code recognised without its plus", "missing plus")
    LEADING_QUOTE = ("leading_quote", "leading apostrophe taken off", "apostrophe")
    FORMULA = ("formula_wrapper", 'number taken out of ="…"', '="…"')
    LINK = ("link_prefix", "p:, tel:, whatsapp: or a wa.me link taken off", "tel: and links")
    EXTENSION = ("extension_dropped", "extension dropped", "extension dropped")
    DECIMAL = ("trailing_decimal", "trailing .0 taken off", "trailing .0")
    TRAILING_WORDS = ("trailing_words", "words after the number dropped", "words beside the number")
    SEVERAL_NUMBERS = ("several_numbers", "one number chosen of several in a cell", "one of several numbers taken")
    DATE_DROPPED = ("date_dropped", "date or time dropped")
    LIST_MARK = ("list_mark_dropped", "list mark dropped")
    CODE_TWICE = ("country_code_twice", "country code written twice")
    OLD_PREFIX = ("old_prefix", "old trunk prefix removed")
    DIAL_CODE = ("dial_code_joined", "dial-code column joined to the number", "dial code joined")
    AREA_CODE = ("area_code_joined", "area-code column joined to the number")
    OTHER_COLUMN = (
        "other_phone_column",
        "number taken from a further phone column",
        "number from the next phone column",
    )
    NAME_SPLIT = ("name_split", "full name split into first and last name", "full names split")
    NAME_FILLED = ("name_filled", "empty last name filled in", "empty last names filled")
    EMAIL_DROPPED = ("email_dropped", "badly formed email dropped, the lead kept", "bad emails dropped")
    ORDER_DROPPED = (
        "order_index_dropped",
        "order index that is not a whole number dropped",
        "bad order numbers dropped",
    )
    TEXT_CLEANED = ("text_cleaned", "control characters or stray spaces cleaned out of text", "texts cleaned")


class WarningCode(Enum):
    """What deserves a look although the command went on: `code` (stable), `says` (in the README), `tip` (what to do).

    The sentence on the screen has the case's own figures and names.
    """

    NO_PHONE_COLUMN = (
        "no_phone_column",
        "a table has no phone column: its rows are not read, and --strict sends nothing",
        "Name the column with --map phone=COLUMN, or read the other sheets only, with --sheet.",
    )
    MARK_UNCLEAR = (
        "mark_unclear",
        "cells of a do-not-call column leave open whether to call: nobody is left out for them; --strict sends nothing",
        "Write yes or no into these cells, below a name such as DND.",
    )
    MARKED_SHEET = (
        "marked_sheet",
        "--sheet leaves out a sheet of people not to be called: nobody is left out for it; --strict sends nothing",
        "Name that sheet with --sheet too.",
    )
    DOUBTFUL_STATUS = (
        "doubtful_status",
        "a status says that a row's number is wrong or its person dead: the row is sent all the same",
        "Delete these rows, or write DNC as their status, if nobody should be called.",
    )
    DOUBTFUL_SHEET = (
        "doubtful_sheet",
        "a sheet is called Deleted, Wrong numbers or the like: its people are sent; --strict sends nothing",
        "Delete the sheet, rename it Do Not Call, or name the sheets to read with --sheet.",
    )
    NEARLY_ALL_MARKED = (
        "nearly_all_marked",
        "a do-not-call column marks more than nine rows of ten: these people are left out",
        "Look at the column; if it speaks of something else than calls, use --ignore-marks.",
    )
    MARK_HINTED = (
        "mark_hinted",
        "a text speaks of not calling, and not plainly of the row's person: the row is sent all the same",
        "Look at these rows; write DNC as their status, if nobody should be called.",
    )
    COUNTRY_NOT_USED = (
        "country_not_used",
        "most cells of a country column name no country: its rows go by the region; --strict sends nothing",
        "Correct the cells, or use --map country=COLUMN, which rejects rows whose country is not understood.",
    )
    REGION_NOT_USED = (
        "region_not_used",
        "a column may hold the numbers' countries or calling codes, and is not used; --strict sends nothing",
        "Name the column with --map country=COLUMN or --map dialcode=COLUMN if it does; else delete it.",
    )
    WRONG_NUMBERS = (
        "wrong_numbers",
        "the only phone column says by its name that its numbers are wrong; they are sent; --strict sends nothing",
        "Name the right column with --map phone=COLUMN.",
    )
    WHOSE_NUMBER = (
        "whose_number",
        "an owner and a tenant or the like are named, and no column says whose the number is; --strict sends nothing",
        "Name the column of the number's person with --map fullname=COLUMN.",
    )
    HIDDEN_ROWS = (
        "hidden_rows",
        "rows of a sheet are hidden by a filter; they are read too",
        "Delete these rows where they are not leads.",
    )
    LONG_ROWS = (
        "long_rows",
        "rows of a text are longer than its header: cells without a column are not sent; --strict sends nothing",
        "Put quotes around values that hold the delimiter, or give the columns names.",
    )
    LIST_ROWS_UNREADABLE = (
        "list_rows_unreadable",
        "rows of a do-not-call list hold text and no number that can be read",
        "Correct the list: the people that those rows mean are not left out.",
    )
    LIST_HIDDEN_SHEET = (
        "list_hidden_sheet",
        "a do-not-call list has numbers on a hidden sheet: they count too",
        "Delete the sheet where it is no part of the list.",
    )
    ACCOUNT_NOT_SET = (
        "account_not_set",
        "no account is set, so that --new-only leaves nobody out",
        "Set TELECMI_APP_ID, or run telecmi-leads setup.",
    )
    LEDGER_GONE = (
        "ledger_gone",
        "the ledger's key is there and the ledger is not: nobody is known to have been uploaded before",
        "Put ledger.sqlite3 back from a backup, where the folder has held one.",
    )
    RUN_EXISTS = (
        "run_exists",
        "the dry run repeats a run that is in the ledger",
        "Look at it with telecmi-leads runs; the warning says what the same command does without --dry-run.",
    )
    UNFINISHED_RUN = (
        "unfinished_run",
        "another run waits to be finished",
        "Finish it with telecmi-leads resume, under the settings of its account.",
    )
    HEARTBEAT_NOT_TOLD = (
        "heartbeat_not_told",
        "the monitor that --heartbeat names did not answer; it takes the run for one that never was",
        "Check the address, and whether this computer may reach it.",
    )
    UPLOADED_SINCE = (
        "uploaded_since",
        "people of a run that goes on were uploaded by another run too",
        "The next time upload with --new-only: it leaves out whoever was uploaded before.",
    )
    WAITING_ELSEWHERE = (
        "waiting_elsewhere",
        "people of a run that goes on wait in another unfinished run too",
        "Upload with --new-only: it leaves out whoever waits in another run.",
    )
    MAY_BE_IN = (
        "may_be_in",
        "somebody who is on a do-not-call list by now, or was in a run that was forgotten, may be uploaded already",
        "Look in the TeleCMI dashboard.",
    )

    def __init__(self, code: str, says: str, tip: str) -> None:
        self.code = code
        self.says = says
        self.tip = tip
