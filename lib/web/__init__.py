"""The HTTP routes beside Streamlit's own: files, health, and who may ask at all."""
