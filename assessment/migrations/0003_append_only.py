from django.db import migrations

from assessment.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("assessment", "0002_initial")]

    operations = [append_only("assessment_snapshot", "assessment_event")]
