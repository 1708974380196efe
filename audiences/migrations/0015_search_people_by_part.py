"""People are searched by any part of their words: trigrams where PostgreSQL has them, and a function that looks.

The function runs as the owner of the tables, because row-level security keeps LIKE from every index; it shows no other
workspace than the one that the session is in.
"""

from django.db import migrations

TRIGRAMS = """
do $$ begin
    create extension if not exists pg_trgm;
    -- people by any part of a word
    create index findable_part on audiences_findable using gin (term gin_trgm_ops);
exception when insufficient_privilege or undefined_file or feature_not_supported then
    raise notice 'pg_trgm is not at hand: people are searched by reading their words one by one';
end $$;
"""
FUNCTION = """
create function audiences_people_with(workspace int, part text, phone text) returns setof uuid
language plpgsql stable security definer set search_path from current as $$
begin
    return query execute
        'select person_id from audiences_findable where workspace_id = $1 and (term like $2'
        || case when phone is null then ')' else ' or term like $3)' end
    using coalesce(nullif(current_setting('signalbox.workspace', true), '')::int, workspace), part, phone;
end $$;
"""


class Migration(migrations.Migration):

    dependencies = [("audiences", "0014_notes")]

    operations = [
        migrations.RunSQL(TRIGRAMS, "drop index if exists findable_part"),
        migrations.RunSQL(FUNCTION, "drop function audiences_people_with"),
    ]
