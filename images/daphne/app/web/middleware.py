from django.http import HttpResponse
from django.utils.decorators import async_only_middleware


@async_only_middleware
def alive(get_response):
    """Answers /healthz before anything looks at the Host header: those who ask know only the address."""

    async def middleware(request):
        if request.path == "/healthz":
            return HttpResponse("ok\n", content_type="text/plain")
        return await get_response(request)

    return middleware
