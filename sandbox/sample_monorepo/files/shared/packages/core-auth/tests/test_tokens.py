import pytest

from maestro_core_auth import AuthSettings, InvalidToken, issue_token, verify_token

SETTINGS = AuthSettings(token_secret="a secret of the tests")


def test_a_token_names_its_subject():
    token = issue_token("zoë", SETTINGS, now=1000)
    assert verify_token(token, SETTINGS, now=1001).subject == "zoë"


def test_an_old_token_is_refused():
    token = issue_token("zoë", SETTINGS, now=1000)
    with pytest.raises(InvalidToken, match="too old"):
        verify_token(token, SETTINGS, now=1000 + 3600)


@pytest.mark.parametrize("token", ["", "a.b", "é.é"])
def test_a_foreign_token_is_refused(token):
    with pytest.raises(InvalidToken, match="signature"):
        verify_token(token, SETTINGS, now=0)


def test_a_token_of_another_secret_is_refused():
    token = issue_token("zoë", AuthSettings(token_secret="some other secret"), now=1000)
    with pytest.raises(InvalidToken):
        verify_token(token, SETTINGS, now=1001)
