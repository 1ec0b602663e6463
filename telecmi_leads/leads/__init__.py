"""Rows → leads → campaigns: cleaning, screening and planning, composed by `prepare`.

prepare (files → a run plan in the ledger) → cleaning (rows, a block at a time), exclude_lists, screening, planning
"""
