"""Each of the field's terms is introduced in bold in one notebook, and the page and the cell list them all."""

from __future__ import annotations

import pytest

from mfa_lab.lab import glossary
from mfa_lab.lab.terms import Term, terms
from tests.glossary import PAGE, page, section


@pytest.mark.parametrize("term", terms(), ids=lambda term: term.name)
def test_its_notebook_introduces_it_in_bold(term: Term):
    """A learner who looks the term up finds the sentence that explains it."""
    assert section(term) is not None, f"{term.notebook} should say **{term.name}** where it explains it"


def test_the_page_is_up_to_date():
    """It is made from the data and the notebooks."""
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tests.glossary"


def test_the_cell_shows_the_same_list():
    """`glossary()` in a notebook has each term with its sentence, and nothing else."""
    shown = [(row[0], row[1]) for row in glossary().rows]
    assert shown == [(term.title, term.says) for term in terms()]
    assert len(shown) > 40
