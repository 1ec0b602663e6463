"""The command line: the program that Typer builds, and what its commands share.

entry (every error ends here) → program → commands/ → course (whatever happens, one summary and one exit code) →
run_plan (a new run, or the one it repeats) → run_sending; session is what every command begins with.
"""
