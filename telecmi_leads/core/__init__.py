"""What every wing may use: the values of the domain, errors, text made safe, wording, clock. Imports no other wing."""
