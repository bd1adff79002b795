"""How it looks: form, run card, result, history, sidebar, and the words in all of them."""
