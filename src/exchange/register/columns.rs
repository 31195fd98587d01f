//! Which column of a register is what: the LGA schema's 38 names and its template's titles.
//!
//! Headings are compared without case, space and punctuation. What a cell says is for `cells`.

/// What a register can say of a contract. The order is that of the LGA's schema.
macro_rules! columns {
    ($($column:ident: $($heading:literal)|+,)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(super) enum Column { $($column,)* }

        impl Column {
            pub(super) const COUNT: usize = [$(Self::$column,)*].len();
            const HEADINGS: &[(Self, &[&str])] = &[$((Self::$column, &[$($heading,)+]),)*];
        }
    };
}

columns! {
    Organisation: "OrganisationLabel" | "Organisation name",
    OrganisationCode: "OrganisationURI" | "Organisation code",
    Effective: "EffectiveDate" | "Effective date",
    Reference: "ContractReference" | "Contract Reference number / ID",
    OpenContractingId: "OpenContractingID" | "Open Contracting ID",
    Title: "ContractTitle" | "Title of the Agreement",
    ContractType: "ContractType" | "Contract type",
    Department: "OrganisationalUnit" | "Directorate / service responsible" | "Local authority directorate/service responsible",
    Service: "ServiceCategoryLabel" | "Service Category label",
    ServiceUri: "ServiceCategoryURI" | "Service category URI",
    Description: "Description" | "Description of goods and services",
    Category: "ProcurementCategory" | "Procurement classification: Councils procurement category label",
    CpvLabel: "CPVLabel" | "Procurement classification: CPV label",
    Cpv: "CPVCode" | "Procurement classification: CPV code",
    ProclassLabel: "ProclassLabel" | "Procurement classification: Proclass label",
    Proclass: "ProclassCode" | "Procurement classification: Proclass code",
    Start: "StartDate" | "Contract start date",
    End: "EndDate" | "End date",
    Review: "ReviewDate" | "Review date",
    LastExtension: "LastExtensionDate" | "Last extension date" | "Extension Period",
    Value: "ContractValue" | "Contract value",
    Fixed: "FixedCost" | "Fixed cost / estimated cost",
    Vat: "IrrecoverableVAT" | "Irrecoverable VAT",
    Supplier: "SupplierName" | "Supplier name",
    CompaniesHouse: "CompaniesHouseRegistrationNumber" | "Supplier registered company number",
    Charity: "CharityCommissionNumber" | "Supplier registered charity number",
    OtherSupplierId: "OtherSupplierID" | "Other supplier ID" | "Other IDs",
    Sme: "SMESupplier" | "SME supplier",
    Vcse: "VCSESupplier" | "VCSE supplier",
    VcseType: "VCSESupplierType" | "VCSE supplier type",
    ContactName: "ContactName" | "Nominated contact point: name",
    ContactEmail: "ContactEmail" | "Nominated contact point: email",
    ContactUrl: "ContactURL" | "Nominated contact point: URL",
    Process: "ProcessType" | "Tender process type" | "Tender type",
    TenderUrl: "TenderDocumentURL" | "Tender document URL" | "Original tender document",
    ContractUrl: "ContractDocumentURL" | "Contract document URL",
    PerformanceUrl: "PerformanceInformationURL" | "Performance information URL",
    Area: "AreaServedLabel" | "Location service label" | "Location served label",
    AreaUri: "AreaServedURI" | "Location served URI",
}

/// A file's heading: which of its columns is what.
#[derive(Clone, Debug)]
pub(super) struct Heading {
    places: [Option<usize>; Column::COUNT],
    names: Vec<String>,
}

impl Heading {
    /// Reads the first row; a column named twice counts where it first stands.
    pub(super) fn read(names: Vec<String>) -> Self {
        let mut places = [None; Column::COUNT];
        for (index, name) in names.iter().enumerate() {
            if let Some(column) = known(name) {
                places[column as usize].get_or_insert(index);
            }
        }
        Self { places, names }
    }

    /// Where a column stands.
    pub(super) fn place(&self, column: Column) -> Option<usize> {
        self.places[column as usize]
    }

    /// A column's heading as the file has it.
    pub(super) fn name(&self, column: Column) -> &str {
        self.place(column)
            .and_then(|place| self.names.get(place))
            .map_or("", String::as_str)
    }

    /// Headings that mean nothing to us; their cells are kept all the same.
    pub(super) fn unknown(&self) -> Vec<String> {
        self.names
            .iter()
            .filter(|name| known(name).is_none())
            .cloned()
            .collect()
    }
}

fn known(heading: &str) -> Option<Column> {
    let key = folded(heading);
    Column::HEADINGS
        .iter()
        .find(|(_, names)| names.iter().any(|name| folded(name) == key))
        .map(|(column, _)| *column)
}

fn folded(heading: &str) -> String {
    heading
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_titles_are_the_same_columns() {
        for (column, names) in Column::HEADINGS {
            for name in *names {
                assert_eq!(known(name), Some(*column), "{name}");
                assert_eq!(
                    known(&format!(" {} ", name.to_uppercase())),
                    Some(*column),
                    "{name}"
                );
            }
        }
        assert_eq!(known("Council's procurement category"), None);
    }
}
