"""Rows → leads → campaigns: cleaning, screening and planning, composed by `prepare`.

prepare (files → a run plan in the ledger) → cleaning (rows, a block at a time), exclude_lists, screening, planning,
    row_counts, table_findings (what deserves a warning), refusals (why a plan must not be sent)
later_headers (columns that change in the middle of a table) → cleaning
cleaning → row_numbers (each row's phone number), lead_text (its other fields) → person_names
marked_people (a mark holds for every row of its person), further_numbers (all numbers of such a row)
"""
