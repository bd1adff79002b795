"""What happens to a run: quote, reserve, submit, follow, settle, keep."""
