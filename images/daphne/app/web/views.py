import asyncio
import logging

from django.conf import settings
from django.http import HttpResponseNotAllowed, JsonResponse
from django.shortcuts import render

from web import checks, database
from web.failure import describe

log = logging.getLogger("web")

COUNT = (
    "INSERT INTO web_visits (id, total) VALUES (1, 1)"
    " ON CONFLICT (id) DO UPDATE SET total = web_visits.total + 1 RETURNING total"
)


async def count_visit():
    """The visits so far with this one, or None when the database does not answer: the site goes on without."""
    try:
        (total,) = await asyncio.wait_for(database.fetch(COUNT), checks.LIMIT)
    except Exception as error:
        log.warning("the visit is not counted: %s", describe(error, checks.SECRETS))
        return None
    return total


async def page(request):
    context = {
        "stack": settings.STACK,
        "environment": settings.ENVIRONMENT,
        "pull_request": settings.PULL_REQUEST,
        "host": settings.HOST,
        "visits": await count_visit(),
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


async def visits(request):
    """POST: counts a visit as the page does, and says how many bytes of the body have come, so that none was cut."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    received = len(request.body)
    return JsonResponse({"visits": await count_visit(), "bytes": received})


# No cookie and no session is involved, so a foreign page could do nothing in the name of its visitor. The decorator of
# Django 4.2 would hide that the view is asynchronous.
visits.csrf_exempt = True
