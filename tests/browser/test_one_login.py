"""The one browser test of the default tier: a login in the real JupyterLab."""

from playwright.sync_api import expect

from tests.browser.four_steps import NAME


def test_one_login(steps):
    """Name, password, QR code, code: access granted. The same code again: rejected, and the form shows why.

    A wrong password leaves the name in its field, and one button fills in the demo account.
    """
    steps.log_in("not the password")
    steps.told("That did not work")
    expect(steps.root.get_by_text("wrong password", exact=True)).to_be_visible()
    expect(steps.field("Name or e-mail")).to_have_value(NAME)
    expect(steps.field("Password")).to_have_value("")
    steps.log_in_to_the_demo()
    steps.enrol()
    steps.log_in()
    code = steps.next_code()
    steps.field("Code from your authenticator").fill(code)
    steps.button("Verify").click()
    steps.told(f"Access granted. You are logged in as {NAME}.")
    steps.button("Log out").click()
    steps.told("Logged out.")
    expect(steps.root.get_by_text("its token no longer grants access")).to_be_visible()
    steps.log_in()
    steps.field("Code from your authenticator").fill(code)
    steps.button("Verify").click()
    steps.told("That did not work")
    expect(steps.root.get_by_text("reused", exact=True)).to_be_visible()
