"""What the reading engine is made of."""
