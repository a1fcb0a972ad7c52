"""Demonstrations that a lesson runs and shows in a table: attacks, rejections, hashes, vectors, a web server."""
