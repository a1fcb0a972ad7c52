"""Write the course as a static site: every notebook, the glossary, the attacks, the standards, and a search page."""
