"""Addresses of sign-in, sign-out, password change and one's own roles."""

from django.contrib.auth import views
from django.urls import path, reverse_lazy

from units.forms import NewPasswordForm, SignInForm
from units.views import roles

app_name = "units"
urlpatterns = [
    path(
        "sign-in/",
        views.LoginView.as_view(template_name="units/sign_in.html", authentication_form=SignInForm),
        name="sign_in",
    ),
    path("sign-out/", views.LogoutView.as_view(), name="sign_out"),
    path(
        "password/",
        views.PasswordChangeView.as_view(
            template_name="units/password.html", form_class=NewPasswordForm, success_url=reverse_lazy("units:password_done")
        ),
        name="password",
    ),
    path("roles/", roles, name="roles"),
    path("password/done/", views.PasswordChangeDoneView.as_view(template_name="units/password_done.html"), name="password_done"),
]
