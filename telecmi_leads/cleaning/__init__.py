"""Rows of text → leads and rejections, a block at a time.

blocks is the way in; grid brings rows to one width, numbers finds each row's phone number, names and emails know
their kinds of text.
"""

from telecmi_leads.cleaning.blocks import CleanBlock, Cleaner
from telecmi_leads.cleaning.fields import usable_fill
from telecmi_leads.cleaning.grid import leveled
from telecmi_leads.cleaning.numbers import find_numbers

__all__ = ["CleanBlock", "Cleaner", "find_numbers", "leveled", "usable_fill"]
