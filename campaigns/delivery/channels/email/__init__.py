"""E-mail by SMTP: own asyncio client, ten pooled connections, MIME built once per template version."""
