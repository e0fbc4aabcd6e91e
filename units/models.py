"""Who takes part: budget units as a tree, people, and the roles they hold."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

if TYPE_CHECKING:
    from django_stubs_ext.db.models.manager import RelatedManager


class Role(models.TextChoices):
    """Roles (角色): the first two belong to a unit, the next two to the finance office of a department."""

    PREPARER = "preparer", "填报人"
    HEAD = "head", "单位负责人"
    REVIEWER = "reviewer", "复核人"
    LEAD = "lead", "审定人"
    ADMINISTRATOR = "administrator", "系统管理员"
    AUDITOR = "auditor", "审计员"


UNIT_ROLES = (Role.PREPARER, Role.HEAD)
OFFICE_ROLES = (Role.REVIEWER, Role.LEAD, Role.ADMINISTRATOR, Role.AUDITOR)


class BudgetUnitQuerySet(models.QuerySet["BudgetUnit"]):
    """Named reads of budget units."""

    def held_by(self, user: "User", roles: Iterable[str]) -> "BudgetUnitQuerySet":
        """Units on which ``user`` holds one of ``roles`` today."""
        return self.filter(pk__in=Membership.objects.today().filter(user=user, role__in=list(roles)).values("unit"))

    def below(self, units: "BudgetUnitQuerySet") -> "BudgetUnitQuerySet":
        """``units`` and everything under them in the tree."""
        under = Q()
        for path in units.values_list("path", flat=True):
            under |= Q(path__startswith=path)
        return self.filter(under) if under else self.none()

    def administered_by(self, user: "User") -> "BudgetUnitQuerySet":
        """The units whose accounts ``user`` keeps: their department and everything under it."""
        return self.below(self.model.objects.held_by(user, [Role.ADMINISTRATOR]))

    def visible_to(self, user: "User") -> "BudgetUnitQuerySet":
        """A unit's people see their unit; a department's office sees the whole department."""
        if not user.is_authenticated:
            return self.none()
        own = Q(pk__in=self.model.objects.held_by(user, UNIT_ROLES).values("pk"))
        department = Q(pk__in=self.model.objects.below(self.model.objects.held_by(user, OFFICE_ROLES)).values("pk"))
        return self.filter(own | department)


class BudgetUnit(models.Model):
    """A budget unit (预算单位): a department (主管部门) or a unit under it."""

    code = models.CharField(
        "单位代码",
        max_length=20,
        unique=True,
        # One case only: SQLite takes upper and lower case for the same when it looks for a path's beginning.
        validators=[RegexValidator(r"^[0-9A-Z-]+\Z", "只能用数字、大写字母和连字符")],
    )
    name = models.CharField("单位名称", max_length=100)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级单位")
    path = models.CharField("层级", max_length=200, editable=False, db_index=True)
    valid_from = models.DateField("启用日期", null=True, blank=True)
    valid_to = models.DateField("停用日期", null=True, blank=True)
    successor = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="predecessors", verbose_name="承接单位")

    objects = BudgetUnitQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "预算单位"
        ordering = ["path"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """A unit does not stand under itself, and does not end before it begins."""
        if self.parent and self.path and self.parent.path.startswith(self.path):
            raise ValidationError({"parent": "上级单位不能是本单位或其下级"})
        if self.parent and len(self.parent.path) + len(self.code) >= 200:
            raise ValidationError({"parent": "层级过深，请放在更高一级的单位之下"})
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValidationError({"valid_to": "停用日期不能早于启用日期"})


class UserQuerySet(models.QuerySet["User"]):
    """Named reads of people."""

    def kept_by(self, administrator: "User") -> "UserQuerySet":
        """People who hold or held roles at units that ``administrator`` keeps, and nowhere else."""
        elsewhere = Membership.objects.exclude(unit__in=BudgetUnit.objects.administered_by(administrator))
        return self.filter(memberships__isnull=False).exclude(memberships__in=elsewhere).distinct()


class PeopleManager(UserManager["User"]):
    """Django's manager of users with our named reads."""

    use_in_migrations = False

    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db)

    def kept_by(self, administrator: "User") -> UserQuerySet:
        """See ``UserQuerySet.kept_by``."""
        return self.get_queryset().kept_by(administrator)


class User(AbstractUser):
    """A person who signs in; ``name`` is what colleagues read."""

    first_name = None  # type: ignore[assignment]  # one name, as Chinese names are written
    last_name = None  # type: ignore[assignment]
    name = models.CharField("姓名", max_length=50)

    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects: ClassVar[PeopleManager] = PeopleManager()
    if TYPE_CHECKING:
        memberships: RelatedManager["Membership"]

    class Meta:
        verbose_name = verbose_name_plural = "人员"

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Named reads of roles held."""

    def today(self) -> "MembershipQuerySet":
        """Roles in force today; a disabled account holds none."""
        day = timezone.localdate()
        begun = Q(valid_from=None) | Q(valid_from__lte=day)
        not_ended = Q(valid_to=None) | Q(valid_to__gte=day)
        return self.filter(begun, not_ended, user__is_active=True)

    def of_units(self) -> "MembershipQuerySet":
        """Roles of a unit's own people."""
        return self.filter(role__in=UNIT_ROLES).select_related("unit", "user")


class Membership(models.Model):
    """One role of one person at one unit, for a time; an office role covers the whole department."""

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships", verbose_name="人员")
    unit = models.ForeignKey(BudgetUnit, models.PROTECT, related_name="memberships", verbose_name="单位")
    role = models.CharField("角色", max_length=20, choices=Role.choices)
    valid_from = models.DateField("起", null=True, blank=True)
    valid_to = models.DateField("止", null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "角色"
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint("user", "unit", "role", name="one_role_once")]

    def __str__(self) -> str:
        return f"{self.user} · {self.unit} · {self.get_role_display()}"


class HandOver(models.Model):
    """移交: who handed which role at which unit to whom, when, and until when; append-only."""

    unit = models.ForeignKey(BudgetUnit, models.PROTECT, related_name="+", verbose_name="单位")
    role = models.CharField("角色", max_length=20, choices=Role.choices)
    giver = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="移交人")
    taker = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="接手人")
    until = models.DateField("至", null=True)
    made_at = models.DateTimeField("移交时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "角色移交"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.unit} {self.get_role_display()}：{self.giver} → {self.taker}"
