import asyncio
import logging

from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import HttpResponseNotAllowed, JsonResponse
from django.shortcuts import render

from web import checks, pause
from web.failure import describe
from web.models import Visits

log = logging.getLogger("web")


async def count_visit():
    """The visits so far with this one, or None when the database does not answer: the site goes on without."""
    try:
        return await asyncio.wait_for(sync_to_async(Visits.count)(), checks.LIMIT)
    except Exception as error:
        log.warning("the visit is not counted: %s", describe(error, checks.SECRETS))
        return None


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


async def wait(request):
    """GET ?seconds=2: answers after that time, 0 to 10 s. A release that is replaced meanwhile proves that it drains."""
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    seconds = pause.seconds(request.GET.get("seconds", ""))
    if seconds is None:
        return JsonResponse({"error": f"seconds: expected a number from 0 to {pause.LONGEST}"}, status=400)
    await asyncio.sleep(seconds)
    return JsonResponse({"seconds": seconds})
