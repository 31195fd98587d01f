//! Whether a row's buyer is the council whose register it is said to be.
//! Compares by [`councils::matched`], which says when it cannot tell; must not hold a row back.

use super::columns::Column;
use super::doubt::Why;
use super::interpret::Doubts;
use super::rows::RegisterRow;
use crate::councils::naming::Confidence;
use crate::councils::{self, Council, Match, directory};
use std::collections::HashMap;

/// Names kept with what was made of them: registers have one or two, hostile files as many as rows.
const NAMES_KEPT: usize = 1000;

/// The council whose register is read.
pub(super) struct Whose {
    council: &'static Council,
    judged: HashMap<String, Option<Why>>,
}

impl Whose {
    pub(super) fn new(council: &'static Council) -> Self {
        let judged = HashMap::new();
        Self { council, judged }
    }

    /// Doubts a row whose buyer, by name or by code, is another, or may be.
    pub(super) fn compare(&mut self, row: &RegisterRow, doubts: &mut Doubts) {
        if let Some(why) = row
            .organisation_name
            .as_deref()
            .and_then(|name| self.by_name(name))
        {
            doubts.cell(&row.raw, Column::OrganisationName, why);
        }
        // Addresses end in a slug or a code: ".../doc/county-council/norfolk".
        let code = row
            .organisation_code
            .as_deref()
            .and_then(|code| code.rsplit(['/', '#', ':']).next());
        if let Some(council) = code.and_then(|code| directory().find(code))
            && !self.is_same(council)
        {
            doubts.cell(&row.raw, Column::OrganisationCode, Why::OrganisationOther);
        }
    }

    fn by_name(&mut self, name: &str) -> Option<Why> {
        if let Some(why) = self.judged.get(name) {
            return *why;
        }
        let why = self.judge(name);
        if self.judged.len() < NAMES_KEPT {
            self.judged.insert(name.to_owned(), why);
        }
        why
    }

    fn judge(&self, name: &str) -> Option<Why> {
        match councils::matched(name) {
            Match::Matched { council, .. } if !self.is_same(council) => Some(Why::OrganisationOther),
            Match::Matched { rule, .. } => {
                (rule.confidence() == Confidence::Fair).then_some(Why::OrganisationUnclear)
            }
            Match::Doubtful { candidates, .. } if candidates.iter().all(|one| !self.is_same(one)) => {
                Some(Why::OrganisationOther)
            }
            Match::Doubtful { .. } => Some(Why::OrganisationUnclear),
            Match::None { why } => Some(if why.is_another() {
                Why::OrganisationOther
            } else {
                Why::OrganisationUnclear
            }),
        }
    }

    /// The council itself, or one that it followed: contracts keep the name of who made them.
    fn is_same(&self, council: &'static Council) -> bool {
        council.id == self.council.id
            || councils::heirs(council)
                .iter()
                .any(|heir| heir.id == self.council.id)
    }
}

#[cfg(test)]
mod tests {
    use crate::councils::directory;
    use crate::exchange::register::{Why, read};

    fn whys(slug: &str, buyer: &str, code: &str) -> Vec<(String, String, Why)> {
        let text = format!(
            "Organisation name,Organisation Code,Title of the Agreement,Supplier name\n\"{buyer}\",{code},T,S\n"
        );
        let reader = read(text.as_bytes()).unwrap().of(directory().find(slug).unwrap());
        let doubts: Vec<_> = reader
            .flat_map(|reading| reading.unwrap().doubts().to_vec())
            .collect();
        doubts
            .into_iter()
            .map(|doubt| (doubt.column.to_string(), doubt.raw, doubt.why))
            .collect()
    }

    #[test]
    fn a_buyer_that_is_the_council_is_not_doubted() {
        let code = "http://opendatacommunities.org/doc/county-council/norfolk";
        for buyer in [
            "",
            "Norfolk County Council",
            "NORFOLK CC",
            "norfolk",
            "Norfolk County Council - Highways",
        ] {
            assert_eq!(whys("norfolk", buyer, code), [], "{buyer}");
        }
        assert_eq!(
            whys("north-yorkshire", "Richmondshire District Council", "E07000166"),
            []
        );
    }

    #[test]
    fn a_buyer_that_is_or_may_be_another_is_doubted_by_row_and_column() {
        let one = |buyer: &str, code: &str| whys("norfolk", buyer, code).pop().unwrap();
        let name = |raw: &str, why| ("Organisation name".to_owned(), raw.to_owned(), why);
        for buyer in [
            "Suffolk County Council",
            "Diss Town Council",
            "Norse Group Ltd",
            "Norwich City",
        ] {
            assert_eq!(one(buyer, ""), name(buyer, Why::OrganisationOther));
        }
        for buyer in [
            "NCC",
            "Norflok County Council",
            "Norfolk and Suffolk County Councils",
        ] {
            assert_eq!(one(buyer, ""), name(buyer, Why::OrganisationUnclear));
        }
        let code = (
            "Organisation Code".to_owned(),
            "E10000029".to_owned(),
            Why::OrganisationOther,
        );
        assert_eq!(one("Norfolk County Council", "E10000029"), code);
    }
}
