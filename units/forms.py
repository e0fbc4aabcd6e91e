"""Sign-in and password forms, rendered by crispy."""

from typing import Any

from crispy_forms.bootstrap import StrictButton
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.core.validators import MaxLengthValidator
from django.db.models import QuerySet
from django.forms import BaseInlineFormSet, Form

from units.models import Membership, User

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


class TakerField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A colleague by name; people of one name are told apart by their accounts."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}（{obj.username}）"


class HandOverForm(forms.Form):
    """Who takes the role, and until when."""

    taker = TakerField(
        label="接手人",
        queryset=None,
        empty_label="请选择",
        error_messages=dict.fromkeys(["required", "invalid_choice"], "请选择接手人"),
    )
    until = forms.DateField(
        label="代办至",
        required=False,
        help_text="不填则长期移交；填写的，次日起自动回到本人",
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "请填写日期，如 2023-04-23"},
    )

    def __init__(self, held: Membership, takers: QuerySet[User], data: Any = None) -> None:
        super().__init__(data, auto_id=f"id_{held.pk}_%s")
        taker = self.fields["taker"]
        assert isinstance(taker, TakerField)
        taker.queryset = takers
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout("taker", "until", StrictButton("移交", type="submit", css_class="btn-outline-danger"))


class RolesFormSet(BaseInlineFormSet):  # type: ignore[type-arg]
    """A person's roles: the same role at the same unit stands once, with its dates."""

    def add_fields(self, form: Any, index: int | None) -> None:
        """Django's table gives its inputs no labels of their own."""
        super().add_fields(form, index)
        for name, field in form.fields.items():
            if name not in ("id", "user"):
                which = "新的角色" if index is None else f"第 {index + 1} 个角色"
                getattr(field.widget, "widget", field.widget).attrs["aria-label"] = f"{which}：{field.label}"

    def clean(self) -> None:
        super().clean()
        held = set()
        for form in self.forms:
            cleaned = getattr(form, "cleaned_data", {})
            unit, role = cleaned.get("unit"), cleaned.get("role")
            if unit and role and (unit, role) in held:
                form.add_error("role", "此人在该单位已有这个角色，请改原有的起止日期")
            held.add((unit, role))
