//! The contracts registers: contracts, their terms, parties and windows, and where each came from.
//!
//! `contract_window` is a projection of the rules in `contracts::windows`, rewritten in the transaction that
//! changes a contract or a policy; nobody types a window.

crate::dialect::step!("m0004_contracts", BOTH, SQLITE, POSTGRES);

const BOTH: &str = r#"
CREATE TABLE import_run (
    id {id} NOT NULL PRIMARY KEY,
    council_id {id} NOT NULL REFERENCES council (id),
    file_name TEXT NOT NULL,
    -- SHA-256 of the file.
    file_digest {bytes} NOT NULL,
    imported_at {instant} NOT NULL,
    -- Nobody for the program itself, and once their account is closed.
    imported_by {id},
    rows {int} NOT NULL,
    accepted {int} NOT NULL,
    doubtful {int} NOT NULL,
    held {int} NOT NULL,
    added {int} NOT NULL,
    changed {int} NOT NULL,
    unchanged {int} NOT NULL
) {strict};

CREATE TABLE contract (
    {contract_key}
    council_id {id} NOT NULL REFERENCES council (id),
    -- What makes it the same contract in the next file: see exchange::register.
    row_key TEXT NOT NULL,
    reference TEXT,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    department TEXT,
    -- Local Government Service List code.
    lgsl {int},
    -- The council's own name for the category.
    category TEXT,
    -- Common Procurement Vocabulary, eight digits.
    cpv TEXT,
    -- The product or system it pays for.
    product_name TEXT,
    -- in_house, outsourced or shared.
    delivery_model TEXT,
    -- cloud or on_premises.
    hosting TEXT,
    contract_type TEXT,
    process_type TEXT,
    value_pence {big},
    -- whole_term or yearly.
    value_basis TEXT,
    value_estimated {bool},
    irrecoverable_vat_pence {big},
    starts_on {date},
    initial_ends_on {date},
    -- The end after every extension, where a register says only that.
    latest_ends_on {date},
    review_on {date},
    notice_months {int},
    notice_days {int},
    auto_renews_months {int},
    -- pending, active, cancelled or terminated (OCDS contractStatus).
    standing TEXT NOT NULL,
    terminated_on {date},
    replaced_on {date},
    -- A planned procurement notice was published: the tender period is shorter.
    planned_notice {bool} NOT NULL,
    -- This contract's own lead times, where they differ from its council's.
    lead_times {json},
    -- Initial end plus exercised options; derived, kept for order and filters.
    current_ends_on {date},
    -- The current end, or 9999-12-31 when it is not known: what lists are ordered by.
    ends_key {date} NOT NULL,
    -- Current end plus available options; derived.
    maximum_ends_on {date},
    -- No end, or one like 2099 that nobody believes; derived.
    end_unknown {bool} NOT NULL,
    -- Who looks after it, and is told of what happens to it.
    owner_id {id} REFERENCES person (id) ON DELETE SET NULL,
    created_at {instant} NOT NULL,
    updated_at {instant} NOT NULL,
    version {int} NOT NULL
) {strict};
CREATE UNIQUE INDEX contract_row_key ON contract (council_id, row_key);
CREATE INDEX contract_end ON contract (ends_key, id);
CREATE INDEX contract_council_end ON contract (council_id, ends_key, id);
CREATE INDEX contract_lgsl_end ON contract (lgsl, ends_key, id);
CREATE INDEX contract_cpv ON contract (cpv, ends_key, id);
CREATE INDEX contract_value ON contract (coalesce(value_pence, -1), id);
CREATE INDEX contract_owner ON contract (owner_id) WHERE owner_id IS NOT NULL;
CREATE INDEX contract_title ON contract (title, id);

CREATE TABLE contract_supplier (
    contract_id {id} NOT NULL REFERENCES contract (id) ON DELETE CASCADE,
    supplier_id {id} NOT NULL REFERENCES supplier (id),
    ordinal {int} NOT NULL,
    PRIMARY KEY (contract_id, supplier_id)
) {strict};
CREATE INDEX contract_supplier_supplier ON contract_supplier (supplier_id, contract_id);

CREATE TABLE contract_buyer (
    contract_id {id} NOT NULL REFERENCES contract (id) ON DELETE CASCADE,
    -- A buyer beside the council whose register it is (shared services).
    council_id {id} NOT NULL REFERENCES council (id),
    PRIMARY KEY (contract_id, council_id)
) {strict};

CREATE TABLE extension_option (
    contract_id {id} NOT NULL REFERENCES contract (id) ON DELETE CASCADE,
    ordinal {int} NOT NULL,
    -- Its length: months, or until a date.
    months {int},
    until_on {date},
    notice_by {date},
    -- available, exercised, declined or lapsed.
    state TEXT NOT NULL,
    PRIMARY KEY (contract_id, ordinal),
    CHECK ((months IS NULL) <> (until_on IS NULL))
) {strict};

CREATE TABLE contract_window (
    contract_id {id} NOT NULL REFERENCES contract (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    ordinal {int} NOT NULL,
    council_id {id} NOT NULL,
    opens_on {date} NOT NULL,
    -- Only holding over has no close.
    closes_on {date},
    -- Since when it has had these dates.
    armed_at {instant} NOT NULL,
    -- Counts the changes of its dates, also over times in which it was gone: see window_gone.
    sequence {int} NOT NULL,
    -- Whoever asked has been told that it opened, or it had closed before it was known here.
    announced {bool} NOT NULL,
    -- The same of its being about to close.
    closing_announced {bool} NOT NULL,
    PRIMARY KEY (contract_id, kind, ordinal)
) {strict};
CREATE INDEX contract_window_unannounced ON contract_window (opens_on) WHERE NOT announced;
CREATE INDEX contract_window_closing ON contract_window (closes_on) WHERE announced AND NOT closing_announced;
CREATE INDEX contract_window_kind_opens ON contract_window (kind, opens_on, closes_on, contract_id);
CREATE INDEX contract_window_council ON contract_window (council_id, kind, opens_on);
-- By the day to act by: calendars are read in its order.
CREATE INDEX contract_window_day ON contract_window (coalesce(closes_on, opens_on), contract_id);

CREATE TABLE contract_source (
    contract_id {id} NOT NULL PRIMARY KEY REFERENCES contract (id) ON DELETE CASCADE,
    import_id {id} NOT NULL REFERENCES import_run (id),
    -- As a spreadsheet counts: the heading is row 1.
    row_number {int} NOT NULL,
    -- SHA-256 of the row as read: an equal digest means nothing to do.
    digest {bytes} NOT NULL,
    -- The cells as they came.
    cells {json} NOT NULL,
    -- Since when the council's register does not have it any more.
    missing_since {instant}
) {strict};
"#;

// The full-text index needs a stable integer; an implicit rowid may change in a VACUUM.
const SQLITE: &str = r#"
CREATE VIRTUAL TABLE contract_text USING fts5 (
    title, description, reference, product_name, content = 'contract', content_rowid = 'docid',
    tokenize = 'porter unicode61 remove_diacritics 2'
);
CREATE TRIGGER contract_text_insert AFTER INSERT ON contract BEGIN
    INSERT INTO contract_text (rowid, title, description, reference, product_name)
    VALUES (new.docid, new.title, new.description, new.reference, new.product_name);
END;
CREATE TRIGGER contract_text_delete AFTER DELETE ON contract BEGIN
    INSERT INTO contract_text (contract_text, rowid, title, description, reference, product_name)
    VALUES ('delete', old.docid, old.title, old.description, old.reference, old.product_name);
END;
CREATE TRIGGER contract_text_update AFTER UPDATE OF title, description, reference, product_name ON contract BEGIN
    INSERT INTO contract_text (contract_text, rowid, title, description, reference, product_name)
    VALUES ('delete', old.docid, old.title, old.description, old.reference, old.product_name);
    INSERT INTO contract_text (rowid, title, description, reference, product_name)
    VALUES (new.docid, new.title, new.description, new.reference, new.product_name);
END;
"#;

const POSTGRES: &str = r#"
ALTER TABLE contract ADD COLUMN search tsvector GENERATED ALWAYS AS (
    to_tsvector('english', title || ' ' || description || ' ' || coalesce(reference, '') || ' '
        || coalesce(product_name, ''))
) STORED;
CREATE INDEX contract_search ON contract USING gin (search);
CREATE INDEX contract_cpv_prefix ON contract (cpv text_pattern_ops);
"#;
