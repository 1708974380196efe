"""The trail's own column and guards: the transaction id for the sealer, and triggers that refuse all but insert."""

from django.db import migrations

GUARDS = """
alter table compliance_auditentry add column tx xid8 not null default pg_current_xact_id();
create index audit_unsealed on compliance_auditentry (tx, id);
create function compliance_refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'the audit trail is append-only: % refused', tg_op using errcode = 'insufficient_privilege';
end $$;
create trigger audit_no_change before update or delete on compliance_auditentry
    for each row execute function compliance_refuse_change();
create trigger audit_no_truncate before truncate on compliance_auditentry
    for each statement execute function compliance_refuse_change();
alter table compliance_auditentry enable always trigger audit_no_change;
alter table compliance_auditentry enable always trigger audit_no_truncate;
"""

UNDO = """
drop trigger audit_no_truncate on compliance_auditentry;
drop trigger audit_no_change on compliance_auditentry;
drop function compliance_refuse_change();
drop index audit_unsealed;
alter table compliance_auditentry drop column tx;
"""


class Migration(migrations.Migration):
    dependencies = [("compliance", "0001_initial")]
    operations = [migrations.RunSQL(GUARDS, UNDO)]
