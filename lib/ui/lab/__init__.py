"""The Prompt Lab: what is compared, what it costs, how it goes, what people say of it."""
