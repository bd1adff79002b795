"""Ours beside a peer, in one run, as a ratio. Each exits with 1 when an aim is missed."""
