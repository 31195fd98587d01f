//! What open data is read by: a register's contracts in the order in which they were last changed, a page at a time; and all
//! registers' that were changed since, in the order of their ids.

crate::dialect::step!("m0025_open_data", BOTH, "", "");

const BOTH: &str = r#"
-- With the version, by which it is told whether anything of a register changed.
CREATE INDEX contract_council_changed ON contract (council_id, updated_at, id, version);
-- What was not changed since is passed over without its row.
CREATE INDEX contract_changed ON contract (id, updated_at);
"#;
