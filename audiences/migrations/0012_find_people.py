"""People are found as one types: a table of their words, which triggers keep."""

from django.db import migrations, models


TERMS = r"""
create function audiences_terms(user_id text, traits jsonb) returns setof text language sql immutable as $$
    with word(term) as (
        select lower(user_id)
        union all select lower(traits ->> 'email')
        union all select regexp_split_to_table(
            lower(concat_ws(' ', traits ->> 'name', traits ->> 'first_name', traits ->> 'last_name')), '\s+')
    ), found(term) as (
        select term from word
        union all select '#' || reverse(regexp_replace(number, '\D', '', 'g'))
            from unnest(array[traits ->> 'phone', traits ->> 'mobile']) number where number ~ '\d{4}'
        -- a Chinese name is also looked for without the family name
        union all select substr(term, 2) from word where term ~ '^[\u3400-\u9fff]{2,6}$'
    )
    select distinct left(term, 100) from found where term <> ''
$$;

create function audiences_person_added() returns trigger language plpgsql as $$
begin
    insert into audiences_findable (person_id, workspace_id, term)
    select person.id, person.workspace_id, found.term
    from added person cross join lateral audiences_terms(person.user_id, person.traits) found(term)
    on conflict do nothing;
    return null;
end $$;

create function audiences_person_changed() returns trigger language plpgsql as $$
begin
    delete from audiences_findable where person_id = old.id
        and term not in (select audiences_terms(new.user_id, new.traits));
    insert into audiences_findable (person_id, workspace_id, term)
    select new.id, new.workspace_id, term from audiences_terms(new.user_id, new.traits) term
    on conflict do nothing;
    return null;
end $$;

create function audiences_person_removed() returns trigger language plpgsql as $$
begin
    delete from audiences_findable where person_id = old.id;
    return null;
end $$;

create trigger person_added after insert on audiences_person
    referencing new table as added for each statement execute function audiences_person_added();
create trigger person_changed after update on audiences_person for each row
    when (old.user_id is distinct from new.user_id or old.traits is distinct from new.traits)
    execute function audiences_person_changed();
create trigger person_removed after delete on audiences_person for each row
    execute function audiences_person_removed();

insert into audiences_findable (person_id, workspace_id, term)
select person.id, person.workspace_id, found.term
from audiences_person person cross join lateral audiences_terms(person.user_id, person.traits) found(term);
"""
NO_TERMS = """
drop trigger person_added on audiences_person;
drop trigger person_changed on audiences_person;
drop trigger person_removed on audiences_person;
drop function audiences_person_added, audiences_person_changed, audiences_person_removed, audiences_terms;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('audiences', '0011_trait_history'),
    ]

    operations = [
        migrations.CreateModel(
            name='Findable',
            fields=[
                ('pk', models.CompositePrimaryKey('person_id', 'term', blank=True, editable=False, primary_key=True, serialize=False)),
                ('person_id', models.UUIDField()),
                ('workspace_id', models.IntegerField()),
                ('term', models.CharField(db_collation="C", max_length=100)),
            ],
            options={
                'indexes': [models.Index(fields=['workspace_id', 'term'], name='findable_term')],
            },
        ),
        migrations.RunSQL(TERMS, NO_TERMS),
    ]
