//! The record of who did what, to what, and by which right. Append-only.

crate::dialect::step!("m0007_audit", BOTH, SQLITE, POSTGRES);

const BOTH: &str = r#"
CREATE TABLE audit_entry (
    id {id} NOT NULL PRIMARY KEY,
    at {instant} NOT NULL,
    -- The person, or nobody for the program itself.
    actor_id {id},
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id {id} NOT NULL,
    detail {json} NOT NULL
) {strict};
CREATE INDEX audit_subject ON audit_entry (subject_id, id);
"#;

const SQLITE: &str = r#"
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit_entry BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit_entry BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
"#;

const POSTGRES: &str = r#"
CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();
"#;
