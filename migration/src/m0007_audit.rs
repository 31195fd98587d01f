//! The record of who did what, to what, and by which right: a Merkle tree of entries, append-only, and beside it what
//! the entries are commitments to, of which only what is personal can be erased.

crate::dialect::step!("m0007_audit", BOTH, SQLITE, POSTGRES);

const BOTH: &str = r#"
CREATE TABLE audit_entry (
    -- 1 for the first: the entry's place in the tree.
    sequence {big} NOT NULL PRIMARY KEY,
    id {id} NOT NULL UNIQUE,
    at {instant} NOT NULL,
    action TEXT NOT NULL,
    -- It was tried and not done.
    refused {bool} NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id {id} NOT NULL,
    -- council, supplier, person or system: where the right was used.
    organisation_kind TEXT NOT NULL,
    organisation_id {id},
    -- SHA-256 of a nonce and of what audit_part holds.
    actor_commitment {bytes} NOT NULL,
    detail_commitment {bytes} NOT NULL,
    about_commitment {bytes},
    -- The tree's root with this entry as its last.
    root {bytes} NOT NULL
) {strict};
CREATE INDEX audit_subject ON audit_entry (subject_id, sequence);
CREATE INDEX audit_organisation ON audit_entry (organisation_id, sequence);

CREATE TABLE audit_part (
    sequence {big} NOT NULL REFERENCES audit_entry (sequence),
    -- actor, detail or about; the first and the last can be erased.
    part TEXT NOT NULL,
    nonce {bytes},
    -- JSON, byte for byte as it was committed to.
    content TEXT,
    -- Whose it is, as the content says, to find and erase it by: a person, or an address without an account.
    person_id {id},
    address TEXT,
    PRIMARY KEY (sequence, part)
) {strict};
CREATE INDEX audit_part_person ON audit_part (person_id) WHERE person_id IS NOT NULL;
CREATE INDEX audit_part_address ON audit_part (address) WHERE address IS NOT NULL;

-- One row: what the tree grows from. Whoever appends holds it until the transaction ends.
CREATE TABLE audit_tree (
    id {int} NOT NULL PRIMARY KEY CHECK (id = 1),
    size {big} NOT NULL,
    -- The roots of its complete subtrees, the largest first, 32 bytes each.
    frontier {bytes} NOT NULL,
    root {bytes} NOT NULL
) {strict};
"#;

// The last trigger is against INSERT OR REPLACE, which fires no trigger on deleting.
const SQLITE: &str = r#"
INSERT INTO audit_tree (id, size, frontier, root)
VALUES (1, 0, x'', x'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');

CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit_entry BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit_entry BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
CREATE TRIGGER audit_part_no_delete BEFORE DELETE ON audit_part BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
CREATE TRIGGER audit_part_erase_only BEFORE UPDATE ON audit_part
WHEN NOT (new.sequence = old.sequence AND new.part = old.part AND new.part <> 'detail' AND new.nonce IS NULL
    AND new.content IS NULL AND new.person_id IS NULL AND new.address IS NULL) BEGIN
    SELECT RAISE(ABORT, 'what the audit log holds can be erased, not changed');
END;
CREATE TRIGGER audit_tree_no_delete BEFORE DELETE ON audit_tree BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
CREATE TRIGGER audit_tree_grows BEFORE UPDATE ON audit_tree WHEN new.size <= old.size BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
CREATE TRIGGER audit_in_order BEFORE INSERT ON audit_entry
WHEN new.sequence <> (SELECT coalesce(max(sequence), 0) + 1 FROM audit_entry) BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
CREATE TRIGGER audit_part_once BEFORE INSERT ON audit_part
WHEN EXISTS (SELECT 1 FROM audit_part WHERE sequence = new.sequence AND part = new.part) BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
"#;

const POSTGRES: &str = r#"
INSERT INTO audit_tree (id, size, frontier, root)
VALUES (1, 0, '', '\xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');

CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER audit_part_append_only BEFORE DELETE OR TRUNCATE ON audit_part
    FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER audit_part_erase_only BEFORE UPDATE ON audit_part FOR EACH ROW
    WHEN (NOT (new.sequence = old.sequence AND new.part = old.part AND new.part <> 'detail' AND new.nonce IS NULL
        AND new.content IS NULL AND new.person_id IS NULL AND new.address IS NULL))
    EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER audit_tree_append_only BEFORE DELETE OR TRUNCATE ON audit_tree
    FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER audit_tree_grows BEFORE UPDATE ON audit_tree FOR EACH ROW WHEN (new.size <= old.size)
    EXECUTE FUNCTION audit_append_only();
"#;
