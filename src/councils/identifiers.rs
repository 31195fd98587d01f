//! By which identifier open data names a council: its code in the government's register of local authorities of its
//! nation, under the prefix that org-id.guide gives that register. The registers were closed in 2021, so councils that are
//! younger have none.

use super::Council;
use std::collections::HashMap;
use std::sync::LazyLock;

/// An organisation as a register names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identifier {
    /// The register, by its prefix at org-id.guide: GB-LAE, GB-LAS, GB-PLA (Wales) or GB-LANI.
    pub scheme: &'static str,
    /// The code in it, such as `NFK`.
    pub id: &'static str,
}

/// The identifier of a council, where a register had one.
pub fn identifier(council: &Council) -> Option<Identifier> {
    static ALL: LazyLock<HashMap<&'static str, Identifier>> = LazyLock::new(|| rows().collect());
    ALL.get(council.facts.slug).copied()
}

fn rows() -> impl Iterator<Item = (&'static str, Identifier)> {
    let lines = include_str!("facts/registers.tsv").lines().skip(1);
    lines.filter_map(|line| {
        let mut cells = line.split('\t');
        let (slug, scheme, id) = (cells.next()?, cells.next()?, cells.next()?);
        Some((slug, Identifier { scheme, id }))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::councils::directory;
    use crate::councils::facts::Nation;
    use std::collections::HashSet;

    #[test]
    fn each_council_has_one_of_its_own_nation_or_is_younger_than_the_registers() {
        let (mut seen, mut without) = (HashSet::new(), 0);
        for council in directory().all() {
            let Some(found) = identifier(council) else {
                without += 1;
                continue;
            };
            let scheme = match council.facts.nation {
                Nation::England => "GB-LAE",
                Nation::Scotland => "GB-LAS",
                Nation::Wales => "GB-PLA",
                Nation::NorthernIreland => "GB-LANI",
            };
            assert_eq!(found.scheme, scheme, "{}", council.facts.name);
            assert!(seen.insert((found.scheme, found.id)), "{found:?} twice");
        }
        assert_eq!((seen.len(), without), (457, 13));
        assert_eq!(rows().count(), 457, "each line is a council's");
    }

    #[test]
    fn they_are_those_by_which_notices_name_councils() {
        for (slug, id) in [
            ("norfolk", "NFK"),
            ("derby", "DER"),
            ("havering", "HAV"),
            ("county-durham", "DUR"),
        ] {
            let council = directory().find(slug).unwrap();
            assert_eq!(identifier(council).map(|found| found.id), Some(id), "{slug}");
        }
    }
}
