"""A local deAPI: the documented calls, answered by small real work on this machine's CPU.

A process of its own (`python -m lib.sandbox`); the playground starts it with `process.start`.
It knows the contract (`lib.deapi.contract`, `lib.deapi.inference`) and nothing else of the app.
"""
