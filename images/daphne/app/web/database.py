"""The database without Django, whose connections need a thread each."""

import psycopg
from django.conf import settings


async def fetch(statement):
    """Runs one statement on a connection of its own, which PgBouncer makes cheap, and returns its first row."""
    to = settings.CONNECTIONS["postgres"]
    connection = await psycopg.AsyncConnection.connect(
        host=to["host"],
        port=to["port"],
        dbname=to["database"],
        user=to["user"],
        password=to["password"],
        autocommit=True,
        prepare_threshold=None,
    )
    try:
        cursor = await connection.execute(statement)
        return await cursor.fetchone()
    finally:
        await connection.close()
