"""Options, environment, `.env` and TOML profile → typed settings. The one owner of the process's environment.

surroundings, files → resolving (precedence, values) → state, accounts, network (what is allowed)
"""

from __future__ import annotations

from telecmi_leads.settings.accounts import Account, Secret, account, account_key, app_id_or_none, credentials
from telecmi_leads.settings.files import CONFIG_NAME, Sources, profile_names, toml_content
from telecmi_leads.settings.network import base_url, is_loopback, proxies
from telecmi_leads.settings.resolving import COMMAND_LINE, DEFAULT, Settings, resolve, resolve_here
from telecmi_leads.settings.state import state_folder
from telecmi_leads.settings.surroundings import Terminal, environment, terminal

__all__ = [
    "COMMAND_LINE",
    "CONFIG_NAME",
    "DEFAULT",
    "Account",
    "Secret",
    "Settings",
    "Sources",
    "Terminal",
    "account",
    "account_key",
    "app_id_or_none",
    "base_url",
    "credentials",
    "environment",
    "is_loopback",
    "profile_names",
    "proxies",
    "resolve",
    "resolve_here",
    "state_folder",
    "terminal",
    "toml_content",
]
