"""One answer, two faces, the same words in text and in HTML."""

from __future__ import annotations

from html import unescape

from mfa_lab.errors import AccessDenied, PasswordRefused, Reason, Trace
from mfa_lab.lab.answers import Answer, refused_by

TRACE = Trace(Reason.NEAR_MISS, "the code of 2 steps ago", step=7, offset=-2, wait_seconds=30, failures=3)


def test_without_a_trace_there_is_no_more_than_the_user_is_told():
    """A server that does not explain its refusals leaves the second face empty."""
    answer = refused_by(AccessDenied())
    assert answer.seen == ()
    assert "What really happened" not in answer.html()


def test_with_a_trace_both_faces_tell_it_in_the_same_words():
    """Every name and value of the trace stands in the text face and in the HTML face."""
    answer = refused_by(AccessDenied(trace=TRACE))
    assert dict(answer.seen)["reason"] == "near miss"
    assert dict(answer.seen)["matched"] == "step 7, 2 before the server's own"
    assert dict(answer.seen)["failures"] == "3 in a row; the server verifies nothing for 30 s"
    for name, value in answer.seen:
        assert name in repr(answer)
        assert value in repr(answer)
        assert f"<dt>{name}</dt><dd>{value}</dd>" in unescape(answer.html())


def test_another_error_is_its_own_sentence():
    """A refused password tells its reason, and no traceback."""
    answer = refused_by(PasswordRefused("this password has 4 characters; use 8 or more", rule="length"))
    assert repr(answer) == "✕ this password has 4 characters; use 8 or more"


def test_what_a_person_typed_is_text_and_never_markup():
    """A name that looks like a tag stays a name."""
    html = Answer(True, "Hello <script>alert(1)</script>", (("<b>", "<i>"),)).html()
    assert "<script>" not in html
    assert "<b>" not in html
    assert "<i>" not in html


def test_granted_and_refused_differ_by_sign_and_word():
    """Colour is never alone."""
    assert repr(Answer(True, "in"))[0] != repr(Answer(False, "out"))[0]
    assert "mfa-granted" in Answer(True, "in").html()
    assert "mfa-refused" in Answer(False, "out").html()
