"""Experiments on the screen: what they cost, how they go, their results, what people say of them.

Every page whose runs are an experiment draws it with these; `lib.ui.lab` is one of them.
"""
