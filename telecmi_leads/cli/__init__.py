"""The command line: the program that Typer builds, and what its commands share."""
