//! The 40 columns of a contracts register: the LGA schema's 38, the template's effective date, and what councils add to
//! say of extension options in prose.
//! Answers for their names in the schema and the template; must not look at cells, nor guess: what else councils call
//! them is in `synonyms.rs`. Next: `recognise.rs`.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A column of a contracts register (LGA contracts schema, esd-org-uk/schemas, and the LGA's template).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, async_graphql::Enum)]
#[graphql(name = "RegisterColumn")]
pub enum Column {
    /// The council, by name.
    OrganisationName,
    /// The council, by code or address.
    OrganisationCode,
    /// The day the row was true on. In the template only, not in the schema.
    EffectiveOn,
    /// The council's own reference.
    Reference,
    /// The OCID of the contracting process.
    OpenContractingId,
    /// What the agreement is called.
    Title,
    /// Single award, framework, dynamic purchasing system, grant ...
    ContractType,
    /// The directorate or service responsible.
    Department,
    /// The service, by name.
    ServiceCategoryLabel,
    /// The service, by code or address.
    ServiceCategoryUri,
    /// The goods and services.
    Description,
    /// The council's own procurement category.
    ProcurementCategory,
    /// The CPV category, by name.
    CpvLabel,
    /// The CPV category, by code.
    CpvCode,
    /// The ProClass category, by name.
    ProclassLabel,
    /// The ProClass category, by code.
    ProclassCode,
    /// The first day.
    StartDate,
    /// The last day of the initial term.
    EndDate,
    /// The review date.
    ReviewDate,
    /// The last day if every extension is taken.
    LastExtension,
    /// The value, in pounds.
    Value,
    /// Whether the value is fixed or estimated.
    CostBasis,
    /// VAT that cannot be recovered, in pounds.
    IrrecoverableVat,
    /// The supplier.
    SupplierName,
    /// The supplier's company number.
    CompaniesHouse,
    /// The supplier's charity number.
    CharityNumber,
    /// Another identifier of the supplier.
    OtherSupplierId,
    /// Whether the supplier is an SME.
    Sme,
    /// Whether the supplier is a VCSE.
    Vcse,
    /// Which kind of VCSE.
    VcseType,
    /// Whom to ask.
    ContactName,
    /// Where to write to.
    ContactEmail,
    /// The page of the contact.
    ContactUrl,
    /// How it was tendered.
    ProcessType,
    /// The tender document.
    TenderDocumentUrl,
    /// The contract document.
    ContractDocumentUrl,
    /// Information on performance.
    PerformanceUrl,
    /// The area served, by name.
    AreaServedLabel,
    /// The area served, by code or address.
    AreaServedUri,
    /// The options to extend, in prose. In neither the schema nor the template.
    ExtensionOptions,
}

/// What a column is called.
struct Names {
    column: Column,
    /// In the schema.
    name: &'static str,
    /// In the template, as councils publish it.
    title: &'static str,
    /// In the schema's titles, where that differs; else empty.
    also: &'static str,
}

const fn names(column: Column, name: &'static str, title: &'static str, also: &'static str) -> Names {
    Names {
        column,
        name,
        title,
        also,
    }
}

/// Every column once, in the order of the enum (a test holds it there).
#[rustfmt::skip]
const NAMES: [Names; Column::COUNT] = [
    names(Column::OrganisationName, "OrganisationLabel", "Organisation name", ""),
    names(Column::OrganisationCode, "OrganisationURI", "Organisation Code", ""),
    names(Column::EffectiveOn, "EffectiveDate", "Effective Date", ""),
    names(Column::Reference, "ContractReference", "Contract Reference number / ID", ""),
    names(Column::OpenContractingId, "OpenContractingID", "Open Contracting ID", ""),
    names(Column::Title, "ContractTitle", "Title of the Agreement", ""),
    names(Column::ContractType, "ContractType", "Contract type", ""),
    names(Column::Department, "OrganisationalUnit", "Directorate / service responsible", "Local authority directorate/service responsible"),
    names(Column::ServiceCategoryLabel, "ServiceCategoryLabel", "Service Category label", ""),
    names(Column::ServiceCategoryUri, "ServiceCategoryURI", "Service category URI", ""),
    names(Column::Description, "Description", "Description of goods and services", ""),
    names(Column::ProcurementCategory, "ProcurementCategory", "Procurement classification: Councils procurement category label", ""),
    names(Column::CpvLabel, "CPVLabel", "Procurement classification: CPV label", ""),
    names(Column::CpvCode, "CPVCode", "Procurement classification: CPV code", ""),
    names(Column::ProclassLabel, "ProclassLabel", "Procurement classification: Proclass label", ""),
    names(Column::ProclassCode, "ProclassCode", "Procurement classification: Proclass code", ""),
    names(Column::StartDate, "StartDate", "Contract start date", ""),
    names(Column::EndDate, "EndDate", "End date", ""),
    names(Column::ReviewDate, "ReviewDate", "Review date", ""),
    names(Column::LastExtension, "LastExtensionDate", "Last extension date", "Extension Period"),
    names(Column::Value, "ContractValue", "Contract value", ""),
    names(Column::CostBasis, "FixedCost", "Fixed cost / estimated cost", ""),
    names(Column::IrrecoverableVat, "IrrecoverableVAT", "Irrecoverable VAT", ""),
    names(Column::SupplierName, "SupplierName", "Supplier name", ""),
    names(Column::CompaniesHouse, "CompaniesHouseRegistrationNumber", "Supplier registered company number", ""),
    names(Column::CharityNumber, "CharityCommissionNumber", "Supplier registered charity number", ""),
    names(Column::OtherSupplierId, "OtherSupplierID", "Other supplier ID", "Other IDs"),
    names(Column::Sme, "SMESupplier", "SME supplier", ""),
    names(Column::Vcse, "VCSESupplier", "VCSE supplier", ""),
    names(Column::VcseType, "VCSESupplierType", "VCSE supplier type", ""),
    names(Column::ContactName, "ContactName", "Nominated contact point: name", ""),
    names(Column::ContactEmail, "ContactEmail", "Nominated contact point: email", ""),
    names(Column::ContactUrl, "ContactURL", "Nominated contact point: URL", ""),
    names(Column::ProcessType, "ProcessType", "Tender process type", "Tender type"),
    names(Column::TenderDocumentUrl, "TenderDocumentURL", "Tender document URL", "Original tender document"),
    names(Column::ContractDocumentUrl, "ContractDocumentURL", "Contract document URL", ""),
    names(Column::PerformanceUrl, "PerformanceInformationURL", "Performance information URL", ""),
    names(Column::AreaServedLabel, "AreaServedLabel", "Location service label", "Location served label"),
    names(Column::AreaServedUri, "AreaServedURI", "Location served URI", ""),
    names(Column::ExtensionOptions, "ExtensionOptions", "Extension options", "Options to extend"),
];

/// Columns the schema requires: when the file has none, the report says so once instead of every row.
pub(super) const REQUIRED: [Column; 14] = [
    Column::Reference,
    Column::Title,
    Column::Department,
    Column::Description,
    Column::StartDate,
    Column::EndDate,
    Column::ReviewDate,
    Column::Value,
    Column::IrrecoverableVat,
    Column::SupplierName,
    Column::CharityNumber,
    Column::Sme,
    Column::Vcse,
    Column::ProcessType,
];

impl Column {
    /// How many columns there are.
    pub const COUNT: usize = 40;

    /// Every column, in the template's order.
    pub fn all() -> impl Iterator<Item = Column> {
        NAMES.iter().map(|names| names.column)
    }

    /// Its name in the LGA schema, such as `ContractTitle`.
    pub fn name(self) -> &'static str {
        NAMES[self as usize].name
    }

    /// Its title in the LGA template, such as `Title of the Agreement`.
    pub fn title(self) -> &'static str {
        NAMES[self as usize].title
    }

    /// The column of a name in the LGA schema, such as `ContractTitle`: what [`Column::name`] gives.
    pub fn from_name(name: &str) -> Option<Column> {
        NAMES
            .iter()
            .find(|names| names.name == name)
            .map(|names| names.column)
    }

    /// The column a heading means in the schema or the template, whatever its case, spaces and punctuation.
    pub fn called(heading: &str) -> Option<Column> {
        BY_HEADING.get(&fold(heading)).copied()
    }
}

impl Serialize for Column {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Column {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::from_name(&name).ok_or_else(|| de::Error::custom(format!("no column is called {name:?}")))
    }
}

/// Every folded name: a header of thousands of columns should not fold them all again for each.
static BY_HEADING: LazyLock<HashMap<String, Column>> = LazyLock::new(|| {
    let names = NAMES
        .iter()
        .flat_map(|n| [n.name, n.title, n.also].map(|name| (fold(name), n.column)));
    names.filter(|(name, _)| !name.is_empty()).collect()
});

/// A heading with only its letters and digits, in lower case.
pub(in crate::exchange) fn fold(heading: &str) -> String {
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
    fn the_table_of_names_is_in_the_order_of_the_columns() {
        for (place, names) in NAMES.iter().enumerate() {
            assert_eq!(names.column as usize, place);
        }
    }

    #[test]
    fn every_name_and_title_finds_its_own_column() {
        for names in &NAMES {
            for heading in [names.name, names.title, names.also]
                .into_iter()
                .filter(|h| !h.is_empty())
            {
                assert_eq!(Column::from_name(names.name), Some(names.column));
                assert_eq!(Column::called(heading), Some(names.column), "{heading}");
                assert_eq!(
                    Column::called(&heading.to_uppercase()),
                    Some(names.column),
                    "{heading}"
                );
            }
        }
    }

    #[test]
    fn case_space_punctuation_and_apostrophes_do_not_matter() {
        let category = Some(Column::ProcurementCategory);
        let heading = "procurement classification \u{2013} Council\u{2019}s  procurement category_label";
        assert_eq!(Column::called(heading), category);
        assert_eq!(
            Column::called("PROCUREMENT CLASSIFICATION: COUNCIL'S PROCUREMENT CATEGORY LABEL"),
            category
        );
        assert_eq!(
            Column::called("contract reference number/ID"),
            Some(Column::Reference)
        );
        assert_eq!(Column::called("Sponsor"), None);
        assert_eq!(Column::called(" ?"), None);
    }
}
