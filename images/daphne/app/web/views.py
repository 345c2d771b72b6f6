import asyncio
import logging

from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import JsonResponse
from django.shortcuts import render

from web import checks
from web.failure import describe
from web.models import Visits

log = logging.getLogger("web")


async def page(request):
    try:
        visits = await asyncio.wait_for(sync_to_async(Visits.count)(), checks.LIMIT)
    except Exception as error:
        log.warning("the visit is not counted: %s", describe(error, checks.SECRETS))
        visits = None
    context = {
        "stack": settings.STACK,
        "environment": settings.ENVIRONMENT,
        "pull_request": settings.PULL_REQUEST,
        "host": settings.HOST,
        "visits": visits,
        "checks": list(checks.CHECKS),
    }
    return render(request, "web/page.html", context)


async def readyz(request):
    report = await checks.run_all()
    for check in report["checks"]:
        if not check["ok"]:
            log.warning("%s is not ready: %s", check["name"], check["error"])
    response = JsonResponse(report, status=200 if report["ok"] else 503)
    response["Cache-Control"] = "no-store"
    return response
