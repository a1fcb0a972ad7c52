"""Demonstrations that a notebook runs, such as attacks, rejections, hashes, test vectors and a web server."""
