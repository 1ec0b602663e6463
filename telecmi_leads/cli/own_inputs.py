"""What settings mean for an input that is a report of this program.

Options that tell of the file that its rows came from, of its format or of a column that refused.csv does not have, come
again from a profile. They do not hold for the report, and its leads have the numbers of their order already.
"""

from __future__ import annotations

from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING

from msgspec.structs import replace

from telecmi_leads.columns.table import is_refused_report
from telecmi_leads.core.wording.command_line import STANDARD_INPUT
from telecmi_leads.leads.own_reports import own_header
from telecmi_leads.leads.planning import VIRTUAL_COLUMNS, format_shows
from telecmi_leads.settings.options import CampaignOptions, ReadingOptions
from telecmi_leads.settings.resolving import COMMAND_LINE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telecmi_leads.settings.resolving import Settings

_GROUP_OF_REFUSED = "refused"


def fitting_reports(settings: Settings, files: Sequence[str]) -> Settings:
    """Return the settings without what does not hold for the inputs, where all of them are reports."""
    reading, campaigns = settings[ReadingOptions], settings[CampaignOptions]
    by_column = campaigns.split_by is not None and campaigns.split_by not in VIRTUAL_COLUMNS
    grouped = by_column or (campaigns.split_by is None and format_shows(campaigns.name_format, "group"))
    ordered = campaigns.order and settings.origins["order"] != COMMAND_LINE
    if not files or STANDARD_INPUT in files or not (reading.format or grouped or ordered):
        return settings
    headers = [own_header(Path(file), workbooks=reading.format is not None) for file in files]
    if not all(headers):
        return settings
    refused = all(map(is_refused_report, headers))
    if grouped and refused:
        campaigns = campaigns.replaced(split_by=None, name_format=_without_group(campaigns.name_format))
    if ordered and refused:
        campaigns = campaigns.replaced(order=False)
    groups = {**settings.groups, ReadingOptions: reading.replaced(format=None), CampaignOptions: campaigns}
    return replace(settings, groups=groups)


def _without_group(name_format: str) -> str:
    """Return a --name-format with a word in the place of {group}: refused leads are in none."""
    parts: list[str] = []
    for text, name, spec, _ in Formatter().parse(name_format):
        parts.append(text.replace("{", "{{").replace("}", "}}"))
        if name is not None:
            parts.append(_GROUP_OF_REFUSED if name == "group" else f"{{{name}{f':{spec}' if spec else ''}}}")
    return "".join(parts)
