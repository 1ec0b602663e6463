"""Campaigns → the service: one request → one classified Outcome, and what follows from it.

run_loop (every decision and write in one thread) → decisions, isolation, leaving_out, pacing, part_names
client (frozen bytes, the secret put in last) → transport → deadlines, answers

The client has no policy, no second try, and no exception for anything the network does. requests is loaded when the
first Client is made, since most commands need none: nothing is imported here.
"""
