"""Live widgets: the forms of a login, and widgets that set or measure a clock or time a server.

Each widget also has a static view.
"""
