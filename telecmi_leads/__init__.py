"""Bulk lead uploader for TeleCMI's dialler."""

__version__ = "0.1.0"
