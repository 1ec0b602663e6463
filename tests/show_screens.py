"""Show an upload and its summary on the process's own streams, for tests of terminals and pipes."""

from __future__ import annotations

import os
import time

from ended_runs import COLUMNS, COMPLETE, EVERY_END, LEADS_CSV, planned

from telecmi_leads.core.run import CampaignSending, CampaignSettled, CampaignWaiting, RowsPrepared, TableOpened
from telecmi_leads.output.console import Console
from telecmi_leads.output.console.upload_tally import UploadTally
from telecmi_leads.settings.options import OutputOptions
from telecmi_leads.settings.surroundings import Terminal

console = Console(
    OutputOptions(),
    Terminal(no_color="NO_COLOR" in os.environ, dumb=os.environ.get("TERM") == "dumb", columns=None),
)
with console.preparing() as preparing:
    preparing.event(TableOpened(LEADS_CSV, COLUMNS))
    preparing.event(RowsPrepared(2515, 2431))
    time.sleep(0.2)
with console.uploading(UploadTally(planned(6, 5431), {}), "") as uploading:
    for campaign in EVERY_END[:5]:
        uploading.event(CampaignSending(campaign))
        if campaign.number == 3:
            uploading.event(CampaignWaiting(campaign, 12, "the service asked for it"))
            time.sleep(0.3)
        uploading.event(CampaignSettled(campaign))
console.summary(COMPLETE)
console.line("done")
