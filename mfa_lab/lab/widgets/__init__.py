"""Live widgets: the forms of a login and what steers or measures a clock. Each has a static face."""
