"""The database without Django, whose connections need a thread each."""

import psycopg
from django.conf import settings

from project.connections import postgres


async def fetch(statement):
    """Runs one statement on a connection of its own, which PgBouncer makes cheap, and returns its first row."""
    connection = await psycopg.AsyncConnection.connect(**postgres(settings.CONNECTIONS), autocommit=True)
    try:
        cursor = await connection.execute(statement)
        return await cursor.fetchone()
    finally:
        await connection.close()
