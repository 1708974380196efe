"""The function that looks for a part of a word stops at the number that is asked for, instead of finding everybody first.

What a function returns is gathered before a LIMIT outside of it is seen; inside, PostgreSQL also plans for it.
"""

from django.db import migrations

BEFORE = """
drop function audiences_people_with(int, text, text, int);
create function audiences_people_with(workspace int, part text, phone text) returns setof uuid
language plpgsql stable security definer set search_path from current as $$
begin
    return query execute
        'select person_id from audiences_findable where workspace_id = $1 and (term like $2'
        || case when phone is null then ')' else ' or term like $3)' end
    using coalesce(nullif(current_setting('signalbox.workspace', true), '')::int, workspace), part, phone;
end $$;
"""
AFTER = """
drop function audiences_people_with(int, text, text);
create function audiences_people_with(workspace int, part text, phone text, most int) returns setof uuid
language plpgsql stable security definer set search_path from current as $$
begin
    return query execute
        'select person_id from audiences_findable where workspace_id = $1 and (term like $2'
        || case when phone is null then ')' else ' or term like $3)' end || ' limit $4'
    using coalesce(nullif(current_setting('signalbox.workspace', true), '')::int, workspace), part, phone, most;
end $$;
"""


class Migration(migrations.Migration):

    dependencies = [("audiences", "0015_search_people_by_part")]

    operations = [migrations.RunSQL(AFTER, BEFORE)]
