//! Where suppliers work and what trades they are in; what finds the contracts that name a product.

crate::dialect::step!("m0014_catalogue", BOTH, "", "");

const BOTH: &str = r#"
CREATE TABLE supplier_area (
    supplier_id {id} NOT NULL REFERENCES supplier (id),
    -- everywhere, region/london or council/norfolk.
    area TEXT NOT NULL,
    PRIMARY KEY (supplier_id, area)
) {strict};
CREATE INDEX supplier_area_area ON supplier_area (area, supplier_id);

CREATE TABLE supplier_sector (
    supplier_id {id} NOT NULL REFERENCES supplier (id),
    -- Division of the Common Procurement Vocabulary: two digits.
    division TEXT NOT NULL,
    PRIMARY KEY (supplier_id, division)
) {strict};
CREATE INDEX supplier_sector_division ON supplier_sector (division, supplier_id);

CREATE INDEX contract_product ON contract (lower(product_name)) WHERE product_name IS NOT NULL;
"#;
