"""What each command does: settings resolved, layers below composed, the result rendered, an exit code returned.

uploads (upload, validate, resume), looking (columns, explain, check), ledger (runs, report, resolve, forget),
standin (sandbox). None of them prints by itself: the console does.
"""
