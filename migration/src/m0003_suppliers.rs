//! Suppliers, their products, and who belongs to which organisation.

crate::dialect::step!("m0003_suppliers", BOTH, "", "");

const BOTH: &str = r#"
CREATE TABLE supplier (
    id {id} NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    -- The name as it is matched: upper case, without punctuation and legal form.
    name_key TEXT NOT NULL,
    -- Two letters or digits and six digits.
    companies_house TEXT,
    charity TEXT,
    -- micro, small, medium or large.
    size TEXT,
    -- What the size rests on: heads, and a year's pence.
    staff {int},
    turnover_pence {big},
    balance_sheet_pence {big},
    -- When the size was last stated or confirmed.
    size_confirmed_on {date},
    -- Voluntary, community or social enterprise.
    vcse {bool},
    -- The lines before the town, a line each.
    address TEXT,
    town TEXT,
    postcode TEXT,
    -- ISO 3166-1, two letters.
    country TEXT,
    -- The region that the address lies in.
    region TEXT,
    website TEXT,
    summary TEXT,
    created_at {instant} NOT NULL,
    updated_at {instant} NOT NULL,
    version {int} NOT NULL
) {strict};
CREATE UNIQUE INDEX supplier_companies_house ON supplier (companies_house) WHERE companies_house IS NOT NULL;
CREATE INDEX supplier_name_key ON supplier (name_key);
CREATE INDEX supplier_by_name ON supplier (name, id);

CREATE TABLE product (
    id {id} NOT NULL PRIMARY KEY,
    supplier_id {id} NOT NULL REFERENCES supplier (id),
    name TEXT NOT NULL,
    summary TEXT NOT NULL,
    description TEXT NOT NULL,
    -- Local Government Service List codes it serves.
    lgsl {json} NOT NULL,
    -- Common Procurement Vocabulary codes it falls under.
    cpv {json} NOT NULL,
    -- cloud, on_premises, or none given.
    hosting TEXT,
    price_model TEXT,
    -- Business systems it works with, and standards it keeps, by name.
    integrations {json} NOT NULL,
    standards {json} NOT NULL,
    accessibility TEXT,
    case_studies {json} NOT NULL,
    -- The texts as they are searched: words in lower case, a blank before each.
    words_of_name TEXT NOT NULL,
    words_of_summary TEXT NOT NULL,
    words_of_description TEXT NOT NULL,
    -- draft, published or archived.
    state TEXT NOT NULL,
    created_at {instant} NOT NULL,
    updated_at {instant} NOT NULL,
    version {int} NOT NULL
) {strict};
CREATE INDEX product_supplier ON product (supplier_id);
CREATE INDEX product_by_name ON product (name, id);

CREATE TABLE product_version (
    product_id {id} NOT NULL REFERENCES product (id),
    version {int} NOT NULL,
    -- draft, published or archived.
    state TEXT NOT NULL,
    -- What was said of it.
    listing {json} NOT NULL,
    made_at {instant} NOT NULL,
    PRIMARY KEY (product_id, version)
) {strict};

CREATE TABLE membership (
    id {id} NOT NULL PRIMARY KEY,
    person_id {id} NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    council_id {id} REFERENCES council (id),
    supplier_id {id} REFERENCES supplier (id),
    role TEXT NOT NULL,
    version {int} NOT NULL,
    CHECK ((council_id IS NULL) <> (supplier_id IS NULL))
) {strict};
CREATE UNIQUE INDEX membership_council ON membership (person_id, council_id) WHERE council_id IS NOT NULL;
CREATE UNIQUE INDEX membership_supplier ON membership (person_id, supplier_id) WHERE supplier_id IS NOT NULL;

-- What a council asks of those who act for it.
CREATE TABLE council_access (
    council_id {id} NOT NULL PRIMARY KEY REFERENCES council (id),
    second_factor {bool} NOT NULL,
    version {int} NOT NULL
) {strict};

CREATE TABLE invitation (
    id {id} NOT NULL PRIMARY KEY,
    token_hash {bytes} NOT NULL UNIQUE,
    email TEXT NOT NULL,
    council_id {id} REFERENCES council (id),
    supplier_id {id} REFERENCES supplier (id),
    role TEXT NOT NULL,
    invited_by {id} NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    expires_at {instant} NOT NULL,
    CHECK ((council_id IS NULL) <> (supplier_id IS NULL))
) {strict};
CREATE INDEX invitation_council ON invitation (council_id) WHERE council_id IS NOT NULL;
CREATE INDEX invitation_supplier ON invitation (supplier_id) WHERE supplier_id IS NOT NULL;

-- What a front end or a program carries: one person's rights in one organisation.
CREATE TABLE api_token (
    id {id} NOT NULL PRIMARY KEY,
    -- SHA-256 of the token, which is shown once.
    token_hash {bytes} NOT NULL UNIQUE,
    person_id {id} NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    council_id {id} REFERENCES council (id),
    supplier_id {id} REFERENCES supplier (id),
    name TEXT NOT NULL,
    -- Whether it may change things, or only read.
    acts {bool} NOT NULL,
    created_at {instant} NOT NULL,
    expires_at {instant} NOT NULL,
    last_used_at {instant},
    CHECK ((council_id IS NULL) <> (supplier_id IS NULL))
) {strict};
CREATE INDEX api_token_person ON api_token (person_id);

-- A number that a supplier states, and who has looked it up.
CREATE TABLE supplier_number (
    supplier_id {id} NOT NULL REFERENCES supplier (id),
    -- companies_house or charity.
    scheme TEXT NOT NULL,
    number TEXT NOT NULL,
    stated_by {id},
    stated_at {instant} NOT NULL,
    verified_by {id},
    verified_at {instant},
    -- How: what was looked at.
    verified_how TEXT,
    version {int} NOT NULL,
    PRIMARY KEY (supplier_id, scheme)
) {strict};

-- A certificate or insurance that a supplier holds until a day.
CREATE TABLE supplier_evidence (
    id {id} NOT NULL PRIMARY KEY,
    supplier_id {id} NOT NULL REFERENCES supplier (id),
    -- cyber_essentials, iso_27001, public_liability ...: suppliers::evidence::Kind.
    kind TEXT NOT NULL,
    -- What it is called, where the kind does not say.
    name TEXT,
    -- Its number.
    reference TEXT,
    issuer TEXT,
    -- Of insurance: what one claim is covered for.
    cover_pence {big},
    issued_on {date},
    -- Its last day.
    expires_on {date} NOT NULL,
    url TEXT,
    -- held or withdrawn.
    state TEXT NOT NULL,
    -- Its supplier's people have been told that it is about to lapse.
    announced {bool} NOT NULL,
    created_at {instant} NOT NULL,
    updated_at {instant} NOT NULL,
    version {int} NOT NULL
) {strict};
CREATE INDEX supplier_evidence_supplier ON supplier_evidence (supplier_id, id);
CREATE INDEX supplier_evidence_lapsing ON supplier_evidence (expires_on) WHERE state = 'held' AND NOT announced;
"#;
