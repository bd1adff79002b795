"""Compare: one input, two to six models or settings, and their results in step."""
