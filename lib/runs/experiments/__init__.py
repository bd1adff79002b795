"""Experiments: a table of inputs and variants, planned and priced before anything is paid, and run
through the life of a run like any other click."""
