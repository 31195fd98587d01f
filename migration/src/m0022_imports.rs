//! Registers that somebody uploads: what was recognised in a file and what it would change, to be looked at before it is
//! applied; and what an import replaced, so that the last one can be undone.

crate::dialect::step!("m0022_imports", BOTH, SQLITE, POSTGRES);

const BOTH: &str = r#"
-- The file's headings from the left: each with the column it was read as, or null.
ALTER TABLE import_run ADD COLUMN headings {json} NOT NULL DEFAULT '[]';
ALTER TABLE import_run ADD COLUMN undone_at {instant};

-- What an import replaced or found missing, until the next one of its council.
CREATE TABLE import_before (
    import_id {id} NOT NULL REFERENCES import_run (id),
    contract_id {id} NOT NULL REFERENCES contract (id) ON DELETE CASCADE,
    -- The version that the import made; another one says that somebody changed the contract since.
    version {int} NOT NULL,
    -- The contract as it was, whole; nothing, where the import only found it missing.
    entry {json},
    PRIMARY KEY (import_id, contract_id)
) {strict};
CREATE INDEX import_before_contract ON import_before (contract_id);

-- How a council's own headings are to be read, as its people corrected it.
CREATE TABLE register_mapping (
    council_id {id} NOT NULL PRIMARY KEY REFERENCES council (id),
    -- Column by heading, folded; null for one that is kept as it is.
    mapping {json} NOT NULL,
    version {int} NOT NULL,
    updated_at {instant} NOT NULL
) {strict};

CREATE TABLE register_import (
    id {id} NOT NULL PRIMARY KEY,
    council_id {id} NOT NULL REFERENCES council (id),
    file_name TEXT NOT NULL,
    -- SHA-256 of the file.
    digest {bytes} NOT NULL,
    -- The file among the objects; nothing, once it is not needed.
    object TEXT,
    -- One that was applied is undone when its run is.
    state TEXT NOT NULL CHECK (state IN ('reading', 'planned', 'applying', 'applied', 'refused', 'discarded')),
    -- What is to be read as what, where it differs from what is recognised.
    mapping {json} NOT NULL,
    -- Which sheet of a workbook; nothing for the first that is a register.
    sheet TEXT,
    -- What was recognised: the kind of file, its headings and how dates are read.
    recognised {json},
    -- Counts of the plan, and of what was done once it is applied.
    plan {json},
    -- What a person said of rows that are held: another contract's id, or null for a new one, by row.
    decided {json} NOT NULL,
    -- Why the file was refused.
    problem TEXT,
    -- What was done, once it is applied.
    run_id {id} REFERENCES import_run (id),
    -- Nobody, once their account is closed.
    started_by {id},
    started_at {instant} NOT NULL,
    -- A worker has it until then.
    claimed_until {instant},
    changed_at {instant} NOT NULL,
    version {int} NOT NULL
) {strict};
CREATE INDEX register_import_changed ON register_import (changed_at);
CREATE INDEX register_import_council ON register_import (council_id, started_at);
CREATE INDEX register_import_started_by ON register_import (started_by) WHERE started_by IS NOT NULL;
CREATE INDEX register_import_work ON register_import (started_at) WHERE state IN ('reading', 'applying');
CREATE INDEX register_import_run ON register_import (run_id) WHERE run_id IS NOT NULL;

-- What a plan says of single rows and contracts: the first thousand of each kind, and all that are held.
CREATE TABLE register_import_line (
    import_id {id} NOT NULL REFERENCES register_import (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('added', 'changed', 'ended', 'vanished', 'held', 'doubted')),
    ordinal {int} NOT NULL,
    -- As a spreadsheet counts; nothing, for what the file has not.
    row_number {int},
    contract_id {id},
    title TEXT NOT NULL,
    detail {json} NOT NULL,
    PRIMARY KEY (import_id, kind, ordinal)
) {strict};
"#;

const SQLITE: &str = "";
const POSTGRES: &str = "";
