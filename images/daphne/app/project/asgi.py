from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.urls import path

from web.consumers import Echo, Room, Unknown
from web.plain import plain

application = ProtocolTypeRouter(
    {
        "http": plain(get_asgi_application()),
        "websocket": URLRouter(
            [
                path("ws/", Echo.as_asgi()),
                path("ws/room/", Room.as_asgi()),
                path("<path:rest>", Unknown.as_asgi()),
            ]
        ),
    }
)
