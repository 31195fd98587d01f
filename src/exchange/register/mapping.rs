//! What people say that headings mean, which stands against whatever the reader would have made of them.
//! Answers for how it is kept; must not guess. Next: `recognise.rs`, which asks it first.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::columns::{Column, fold};
use super::synonyms::meanings;

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
    /// Reads what a person wrote; gives the headings as they are there, too.
    ///
    /// # Errors
    /// Says what is wrong, and what would be right.
    pub fn read(text: &str) -> Result<(Self, Vec<String>), String> {
        let said: Value = serde_json::from_str(text).map_err(|error| format!("this is not JSON: {error}"))?;
        let Value::Object(said) = said else {
            return Err(format!(
                "a mapping is an object of headings and columns, such as {SUCH_AS}"
            ));
        };
        let (mut mapping, mut headings) = (Self::default(), Vec::new());
        for (heading, said) in said {
            let column = match &said {
                Value::Null => None,
                Value::String(name) => {
                    let near = || {
                        format!(
                            "{heading:?} is said to be {name:?}, which is no column: {}",
                            near(name)
                        )
                    };
                    Some(Column::from_name(name).ok_or_else(near)?)
                }
                other => {
                    let other: String = other.to_string().chars().take(60).collect();
                    return Err(format!(
                        "{heading:?} is said to be {other}: say which column it is by the column's name in the LGA \
                         schema, or null for none, such as {SUCH_AS}"
                    ));
                }
            };
            if mapping.get(&heading).is_some_and(|before| before != column) {
                return Err(format!("{heading:?} is said to be two columns"));
            }
            mapping.set(&heading, column);
            headings.push(heading);
        }
        Ok((mapping, headings))
    }

    /// Those of some headings that are none of a file's.
    pub fn unmet<'a, 'b>(said: &'a [String], file: impl IntoIterator<Item = &'b str>) -> Vec<&'a str> {
        let there: HashSet<String> = file.into_iter().map(key).collect();
        let unmet = said.iter().filter(|heading| !there.contains(&key(heading)));
        unmet.map(String::as_str).collect()
    }

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

/// A mapping, as an example.
pub const SUCH_AS: &str = r#"{"Let to": "SupplierName", "Our notes": null}"#;

/// Words that are as near as this are taken for slips of the fingers.
const NEAR: f64 = 0.7;

/// The column that councils call so, or those whose names or titles are like a word; all names, where none is.
fn near(word: &str) -> String {
    if let Some(known) = meanings(word).first() {
        return format!("did you mean {}?", known.column.name());
    }
    let word = fold(word);
    let like = |column: &Column| {
        let names = [column.name(), column.title()].map(fold);
        let has = word.len() > 3 && names.iter().any(|name| name.contains(&word));
        has || names
            .iter()
            .any(|name| strsim::normalized_damerau_levenshtein(name, &word) >= NEAR)
    };
    let found: Vec<&str> = Column::all().filter(like).map(Column::name).collect();
    if found.is_empty() {
        let all: Vec<&str> = Column::all().map(Column::name).collect();
        return format!("there are {}", all.join(", "));
    }
    format!("did you mean {}?", found.join(" or "))
}

/// A heading without letters and digits, such as `£`, is its own key.
fn key(heading: &str) -> String {
    let folded = fold(heading);
    if folded.is_empty() {
        // A NUL is kept by no database.
        heading.trim().replace(char::is_control, " ")
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
    fn a_mapping_that_is_wrong_is_told_what_would_be_right() {
        let told = |text: &str| Mapping::read(text).unwrap_err();
        assert!(told("{").starts_with("this is not JSON: "));
        assert!(told("[1]").contains("an object of headings and columns"));
        let said = told(r#"{"a":1}"#);
        assert!(
            said.starts_with(r#""a" is said to be 1: say which column"#),
            "{said}"
        );
        assert!(told(r#"{"a":"SuplierName"}"#).ends_with("no column: did you mean SupplierName?"));
        assert!(told(r#"{"a":"Supplier name"}"#).ends_with("did you mean SupplierName?"));
        assert!(told(r#"{"a":"ContractEndDate"}"#).ends_with("did you mean EndDate?"));
        assert!(told(r#"{"a":"Sponsor"}"#).contains("there are OrganisationLabel, "));
        assert!(told(r#"{"Let to":"SupplierName","let-to":null}"#).ends_with("two columns"));
        let (mapping, headings) = Mapping::read(r#"{"Let to":"SupplierName","Our notes":null}"#).unwrap();
        assert_eq!(mapping.get("let to"), Some(Some(Column::SupplierName)));
        assert_eq!(Mapping::unmet(&headings, ["LET-TO", "Title"]), ["Our notes"]);
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
