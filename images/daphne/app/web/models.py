from django.db import models


class Visits(models.Model):
    total = models.BigIntegerField(default=0)


class Probe(models.Model):
    """Where the readiness check writes, so that visitors and checks never wait for one another."""

    checked_at = models.DateTimeField()
