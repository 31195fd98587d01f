//! What people say that headings mean, which stands against whatever the reader would have made of them.
//! Answers for how it is kept; must not guess. Next: `recognise.rs`, which asks it first.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::columns::{Column, fold};

/// Which column a heading is, by heading: for the headings that a person has spoken on. As JSON it is an object of
/// headings (only their letters and digits, in lower case) and the columns' names in the LGA schema, or null for a
/// heading whose cells are only kept as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    from = "BTreeMap<String, Option<Column>>",
    into = "BTreeMap<String, Option<Column>>"
)]
pub struct Mapping {
    columns: BTreeMap<String, Option<Column>>,
}

impl Mapping {
    /// Says what a heading is; `None` when its cells are no column's, and kept as they are.
    pub fn set(&mut self, heading: &str, column: Option<Column>) {
        self.columns.insert(key(heading), column);
    }

    /// Takes back what was said of a heading.
    pub fn forget(&mut self, heading: &str) {
        self.columns.remove(&key(heading));
    }

    /// What was said of a heading, if anything was; case, spaces and punctuation aside.
    pub fn get(&self, heading: &str) -> Option<Option<Column>> {
        // Most files have none, and a header may have thousands of headings.
        if self.columns.is_empty() {
            return None;
        }
        self.columns.get(&key(heading)).copied()
    }

    /// Whether nothing was said.
    pub fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    /// Headings, folded, and what each was said to be.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Option<Column>)> {
        self.columns
            .iter()
            .map(|(heading, column)| (heading.as_str(), *column))
    }
}

/// A heading without letters and digits, such as `£`, is its own key.
fn key(heading: &str) -> String {
    let folded = fold(heading);
    if folded.is_empty() {
        heading.trim().to_owned()
    } else {
        folded
    }
}

impl From<BTreeMap<String, Option<Column>>> for Mapping {
    fn from(columns: BTreeMap<String, Option<Column>>) -> Self {
        let columns = columns
            .into_iter()
            .map(|(heading, column)| (key(&heading), column));
        Self {
            columns: columns.collect(),
        }
    }
}

impl From<Mapping> for BTreeMap<String, Option<Column>> {
    fn from(mapping: Mapping) -> Self {
        mapping.columns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapping_is_kept_by_the_columns_schema_names_and_read_back() {
        let mut mapping = Mapping::default();
        mapping.set("Let to (firm)", Some(Column::SupplierName));
        mapping.set("Vendor", None);
        let json = serde_json::to_string(&mapping).unwrap();
        assert_eq!(json, r#"{"lettofirm":"SupplierName","vendor":null}"#);
        assert_eq!(serde_json::from_str::<Mapping>(&json).unwrap(), mapping);
        let by_hand: Mapping = serde_json::from_str(r#"{"Let to (Firm)":"SupplierName"}"#).unwrap();
        assert_eq!(by_hand.get("LET TO firm"), Some(Some(Column::SupplierName)));
        assert!(serde_json::from_str::<Mapping>(r#"{"a":"NoColumn"}"#).is_err());
    }

    #[test]
    fn what_was_not_said_is_told_from_what_was_said_to_be_no_column() {
        let mut mapping = Mapping::default();
        mapping.set("£", None);
        assert_eq!((mapping.get(" £ "), mapping.get("$")), (Some(None), None));
        mapping.forget("£");
        assert!(mapping.is_empty());
    }
}
