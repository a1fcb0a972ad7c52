"""A class on one server: JupyterHub with one Unix user for each seat of a workshop."""
