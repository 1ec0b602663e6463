"""Sending a planned run: the state machine, its pauses and its workers. See `deciding` for what an answer means."""

from __future__ import annotations

from telecmi_leads.uploading.resolving import resolve
from telecmi_leads.uploading.running import upload

__all__ = ["resolve", "upload"]
