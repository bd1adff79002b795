"""What the prompt engine is made of."""
