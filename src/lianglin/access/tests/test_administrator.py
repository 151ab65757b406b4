import pytest
from django.core.management import CommandError, call_command

from lianglin.access.models import Account, Post

pytestmark = pytest.mark.django_db


def test_the_first_administrator_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADMINISTRATOR_PASSWORD", "ein-langes-Wort-2026")
    call_command("create_administrator", "root1", name="管理员")
    assert Post.objects.get().role_code == "administrator"
    assert Account.objects.get().check_password("ein-langes-Wort-2026")
    with pytest.raises(CommandError):
        call_command("create_administrator", "root2", name="管理员")
    assert Account.objects.count() == 1


def test_a_weak_password_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADMINISTRATOR_PASSWORD", "password")
    with pytest.raises(CommandError):
        call_command("create_administrator", "root1", name="管理员")
    assert not Account.objects.exists()


def test_each_of_the_three_offices_has_its_first_holder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADMINISTRATOR_PASSWORD", "ein-langes-Wort-2026")
    for office in ("administrator", "security_officer", "auditor"):
        call_command("create_administrator", office, name="管理员", office=office)
        with pytest.raises(CommandError):
            call_command("create_administrator", f"{office}2", name="管理员", office=office)
    assert set(Post.objects.values_list("role_code", "account__username")) == {
        (office, office) for office in ("administrator", "security_officer", "auditor")
    }
