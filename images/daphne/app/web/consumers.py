from channels.exceptions import DenyConnection
from channels.generic.websocket import AsyncWebsocketConsumer


class Echo(AsyncWebsocketConsumer):
    # With a layer it would hang up whenever Redis does.
    channel_layer_alias = None

    async def receive(self, text_data=None, bytes_data=None):
        await self.send(text_data=text_data, bytes_data=bytes_data)


class Room(AsyncWebsocketConsumer):
    """What one says all hear, whichever replica they are connected to."""

    groups = ["room"]

    async def receive(self, text_data=None, bytes_data=None):
        await self.channel_layer.group_send("room", {"type": "room.said", "text": text_data or ""})

    async def room_said(self, event):
        await self.send(text_data=event["text"])


class Unknown(AsyncWebsocketConsumer):
    async def connect(self):
        raise DenyConnection
