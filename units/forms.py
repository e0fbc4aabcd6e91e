"""Sign-in and password forms, rendered by crispy."""

from typing import Any

from crispy_forms.bootstrap import StrictButton
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.core.validators import MaxLengthValidator
from django.forms import BaseInlineFormSet, Form

USERNAME_LENGTH = 150


def _helper(form: Form, button: str) -> FormHelper:
    helper = FormHelper()
    helper.form_tag = False
    helper.layout = Layout(*form.fields, StrictButton(button, type="submit", css_class="btn-primary w-100"))
    return helper


class SignInForm(AuthenticationForm):
    """Username and password."""

    error_messages = {
        "invalid_login": "用户名或密码不正确，请注意大小写",
        "inactive": "该账号已停用，请联系系统管理员",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Django only tells the browser; a longer one would not fit the record of failed attempts.
        self.fields["username"].validators.append(MaxLengthValidator(USERNAME_LENGTH, "用户名过长"))
        self.helper = _helper(self, "登录")


class NewPasswordForm(PasswordChangeForm):
    """The old password, and the new one twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = _helper(self, "修改密码")


class RolesFormSet(BaseInlineFormSet):  # type: ignore[type-arg]
    """A person's roles: the same role at the same unit stands once, with its dates."""

    def clean(self) -> None:
        super().clean()
        held = set()
        for form in self.forms:
            cleaned = getattr(form, "cleaned_data", {})
            unit, role = cleaned.get("unit"), cleaned.get("role")
            if unit and role and (unit, role) in held:
                form.add_error("role", "此人在该单位已有这个角色，请改原有的起止日期")
            held.add((unit, role))
