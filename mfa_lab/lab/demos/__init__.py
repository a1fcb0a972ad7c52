"""Demonstrations that a lesson runs and shows in a table: attacks, rejections, hashes, test vectors, a web server."""
