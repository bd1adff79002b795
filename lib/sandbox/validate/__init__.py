"""Is this call one that deAPI would take? The contract and the model decide.

Messages are worded as Laravel words them, one a field; `message` of the answer is the first.
"""

from lib.sandbox.validate.call import Uploads, Values, check

__all__ = ["Uploads", "Values", "check"]
