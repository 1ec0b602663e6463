"""Phones: cells and regions in, E.164 digits with the repairs they took out, or a reason.

phonenumbers is the authority; this package is the only one that imports it.

phone_book is the page to read: a column of cells comes in, with the regions of its rows (row_regions; regions tells
what a country's name or code means, no_country what names none). Cells of digits and punctuation, nearly all, are
looked up at once in lanes: tables of rulings by length and first digits. ruling says what becomes of one plain number,
and is what the tables must agree with; metadata, numbering_plan and automaton prove that they do; grouping tells what
a number's groups add.

Other cells go one by one to odd_cells, which reads each kind once → phone_cells, the whole of one cell: wrapping takes
off what programs put around a number, splitting parts the text into stretches, with what its words say of each
(number_labels; phone_words, person_words and named_countries know the words), number_search tries the stretches.

profiles tells what is known of a good number: region, type, time zones; of one cell also how it was read.
"""

from telecmi_leads.phones.phone_book import NumberColumn, PhoneBook
from telecmi_leads.phones.phone_words import told_by_words
from telecmi_leads.phones.profiles import NumberProfile, PhoneExplanation
from telecmi_leads.phones.regions import (
    UNKNOWN,
    is_plain_country,
    is_region,
    may_be_no_country,
    name_of_region,
    region_of_dial_code,
    region_of_header,
    region_told,
    region_told_by_code,
    regions_told,
)
from telecmi_leads.phones.row_regions import RowRegions, with_plus
from telecmi_leads.phones.ruling import Ruling, code_of

__all__ = [
    "UNKNOWN",
    "NumberColumn",
    "NumberProfile",
    "PhoneBook",
    "PhoneExplanation",
    "RowRegions",
    "Ruling",
    "code_of",
    "is_plain_country",
    "is_region",
    "may_be_no_country",
    "name_of_region",
    "region_of_dial_code",
    "region_of_header",
    "region_told",
    "region_told_by_code",
    "regions_told",
    "told_by_words",
    "with_plus",
]
