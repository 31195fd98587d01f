//! What suppliers answer to needs.

crate::dialect::step!("m0015_needs", BOTH, "", "");

const BOTH: &str = r#"
CREATE TABLE need_answer (
    id {id} NOT NULL PRIMARY KEY,
    need_id {id} NOT NULL REFERENCES need (id) ON DELETE CASCADE,
    supplier_id {id} NOT NULL REFERENCES supplier (id),
    note TEXT,
    answered_at {instant} NOT NULL,
    updated_at {instant} NOT NULL,
    -- Since when the supplier does not say so any more.
    withdrawn_at {instant},
    version {int} NOT NULL,
    UNIQUE (need_id, supplier_id)
) {strict};
CREATE INDEX need_answer_supplier ON need_answer (supplier_id, id);

CREATE TABLE need_answer_product (
    answer_id {id} NOT NULL REFERENCES need_answer (id) ON DELETE CASCADE,
    product_id {id} NOT NULL REFERENCES product (id),
    ordinal {int} NOT NULL,
    PRIMARY KEY (answer_id, product_id)
) {strict};
"#;
