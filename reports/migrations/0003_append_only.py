from django.db import migrations

from assessment.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("reports", "0002_initial"), ("assessment", "0003_append_only")]

    operations = [append_only("reports_publication")]
