"""One module for each command, called like the command: parse, call, render."""
