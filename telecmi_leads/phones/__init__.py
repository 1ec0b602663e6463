"""Phones: cells and regions in, E.164 digits with the repairs they took out, or a reason.

phonenumbers is the authority; this package is the only one that imports it.
"""

from telecmi_leads.phones.person_words import family
from telecmi_leads.phones.phone_book import NumberColumn, PhoneBook
from telecmi_leads.phones.phone_words import told_by_words
from telecmi_leads.phones.profiles import ExplainedCandidate, NumberProfile, PhoneExplanation, profile_of
from telecmi_leads.phones.regions import (
    UNKNOWN,
    is_region,
    name_of_region,
    region_of_country,
    region_of_dial_code,
    region_of_header,
    region_told,
    region_told_by_code,
    regions_told,
)
from telecmi_leads.phones.row_regions import RowRegions
from telecmi_leads.phones.ruling import Ruling
from telecmi_leads.phones.wrapping import Step

__all__ = [
    "UNKNOWN",
    "ExplainedCandidate",
    "NumberColumn",
    "NumberProfile",
    "PhoneBook",
    "PhoneExplanation",
    "RowRegions",
    "Ruling",
    "Step",
    "family",
    "is_region",
    "name_of_region",
    "profile_of",
    "region_of_country",
    "region_of_dial_code",
    "region_of_header",
    "region_told",
    "region_told_by_code",
    "regions_told",
    "told_by_words",
]
