"""What a person or a script gets: the console, and the reports of a run."""
