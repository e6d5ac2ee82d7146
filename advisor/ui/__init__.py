"""The Streamlit pages; the only part of the project that draws."""
