"""The report page: its template, that template compiled, and its style sheet."""
