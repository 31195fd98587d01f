//! What notices (OCDS releases) bring: the process a contract comes from, and the releases themselves as far as they are
//! read, so that those of one process are merged in the order of their dates, whichever file they came in.

crate::dialect::step!("m0023_notices", BOTH, "", "");

const BOTH: &str = r#"
-- Open Contracting ID of the process it was let by. Several contracts may come from one process.
ALTER TABLE contract ADD COLUMN ocid TEXT;
CREATE INDEX contract_ocid ON contract (ocid, council_id) WHERE ocid IS NOT NULL;

-- Whether notices and registers call it a small or medium enterprise; what it says itself is its size.
ALTER TABLE supplier ADD COLUMN said_sme {bool};

-- A release as it was read, once for each council that buys. Only added to.
CREATE TABLE notice_release (
    council_id {id} NOT NULL REFERENCES council (id),
    ocid TEXT NOT NULL,
    -- SHA-256 of content: the same release again is nothing new.
    digest {bytes} NOT NULL,
    -- The publisher's own id of it.
    release_id TEXT NOT NULL,
    -- Its date: what is later replaces what was said before.
    released_at {instant} NOT NULL,
    -- What was read of it: no addresses and nobody to contact.
    content {json} NOT NULL,
    import_id {id} NOT NULL REFERENCES import_run (id),
    -- Which release of its file, from 1.
    row_number {int} NOT NULL,
    PRIMARY KEY (council_id, ocid, digest)
) {strict};
"#;
