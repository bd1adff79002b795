"""The Prompt Lab: what prompts are compared, in which words, on which models."""
