//! Addresses that take no mail, or whose owners called ours unwanted.

crate::dialect::step!("m0010_suppression", BOTH, "", "");

const BOTH: &str = r#"
CREATE TABLE suppression (
    address TEXT NOT NULL PRIMARY KEY,
    -- failed or complaint.
    reason TEXT NOT NULL,
    -- What the mail system said.
    status TEXT NOT NULL,
    since {instant} NOT NULL,
    -- The mail that came back; it may have been erased since.
    mail_id {id} NOT NULL
) {strict};
"#;
