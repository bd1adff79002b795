"""What the cut-out engine is made of."""
