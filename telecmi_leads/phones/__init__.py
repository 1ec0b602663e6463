"""Phones: cells and regions in, E.164 digits with the repairs they took out, or a reason.

phonenumbers is the authority; this package is the only one that imports it.
"""

from telecmi_leads.phones.person_words import family
from telecmi_leads.phones.phone_book import NumberColumn, PhoneBook
from telecmi_leads.phones.phone_words import told_by_words
from telecmi_leads.phones.profiles import NumberProfile, PhoneExplanation
from telecmi_leads.phones.regions import (
    UNKNOWN,
    is_region,
    name_of_region,
    region_of_dial_code,
    region_of_header,
    region_told,
    region_told_by_code,
    regions_told,
)
from telecmi_leads.phones.row_regions import RowRegions
from telecmi_leads.phones.ruling import Ruling

__all__ = [
    "UNKNOWN",
    "NumberColumn",
    "NumberProfile",
    "PhoneBook",
    "PhoneExplanation",
    "RowRegions",
    "Ruling",
    "family",
    "is_region",
    "name_of_region",
    "region_of_dial_code",
    "region_of_header",
    "region_told",
    "region_told_by_code",
    "regions_told",
    "told_by_words",
]
