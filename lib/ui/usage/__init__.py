"""What was spent on what, and how the runs did, over a time that one chooses."""
