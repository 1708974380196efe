"""The words under which people are found are looked at again only when one of the traits changes that they come from.

For somebody new nothing has to be taken out, either: their words are the user id's until then, and that stays.
"""

from django.db import migrations

FUNCTION = """
create or replace function audiences_person_changed() returns trigger language plpgsql as $$
begin
    if old.user_id is distinct from new.user_id or old.traits <> '{{}}' then
        delete from audiences_findable where person_id = old.id
            and term not in (select audiences_terms(new.user_id, new.traits));
    end if;
    insert into audiences_findable (person_id, workspace_id, term)
    select new.id, new.workspace_id, term from audiences_terms(new.user_id, new.traits) term
    on conflict do nothing;
    return null;
end $$;
drop trigger person_changed on audiences_person;
create trigger person_changed after update on audiences_person for each row
    when (old.user_id is distinct from new.user_id or old.traits is distinct from new.traits and {read})
    execute function audiences_person_changed();
"""
READ = ("email", "name", "first_name", "last_name", "phone", "mobile")
OLD, NEW = (", ".join(f"{row}.traits -> '{name}'" for name in READ) for row in ("old", "new"))


class Migration(migrations.Migration):

    dependencies = [("audiences", "0016_stop_searching_in_time")]

    operations = [
        migrations.RunSQL(
            FUNCTION.format(read=f"array[{OLD}] is distinct from array[{NEW}]"),
            FUNCTION.format(read="true"),
        )
    ]
