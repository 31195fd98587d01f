//! What notices newly say, over what the register says: what somebody corrected here stays until a notice says otherwise of
//! that very thing, and what notices never say stays always. Pure.

use super::drafts::Draft;
use crate::contracts::term::Term;
use crate::contracts::{Entry, Particulars, Source};
use uuid::Uuid;

/// The entry as it is now said: `kept` by the register, `before` by the notices that were read already, if they made the
/// entry, and `now` by all of them, with its suppliers.
pub(super) fn overlaid(
    kept: Entry,
    before: Option<&Draft>,
    now: &Draft,
    suppliers: Vec<Uuid>,
    source: Source,
) -> Entry {
    let mut entry = kept;
    macro_rules! take {
        ($part:ident: $($field:ident)*) => {$(
            if before.is_none_or(|before| before.$part.$field != now.$part.$field) {
                entry.$part.$field.clone_from(&now.$part.$field);
            }
        )*};
    }
    take!(particulars: ocid reference title description cpv contract_type process_type value_pence value_basis value_estimated);
    take!(term: starts_on initial_ends_on latest_end extensions notice_period standing);
    if before.is_none_or(|before| before.suppliers != now.suppliers) {
        entry.suppliers = suppliers;
    }
    if before.is_none_or(|before| before.buyers != now.buyers) {
        entry.buyers.clone_from(&now.buyers);
    }
    entry.row_key.clone_from(&now.key);
    entry.source = Some(source);
    entry
}

/// A new entry.
pub(super) fn fresh(now: &Draft, suppliers: Vec<Uuid>, source: Source) -> Entry {
    let blank = Entry {
        row_key: String::new(),
        particulars: Particulars::default(),
        term: Term::default(),
        leads: Default::default(),
        suppliers: Vec::new(),
        buyers: Vec::new(),
        source: None,
    };
    overlaid(blank, None, now, suppliers, source)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contracts::term::Standing;
    use crate::exchange::notices::drafts::drafts;
    use crate::exchange::notices::merge::merged;
    use serde_json::json;

    fn draft(title: &str, end: &str) -> Draft {
        let release = json!({ "ocid": "ocds-1", "date": "2025-01-01", "awards": [{ "id": "1", "title": title,
            "suppliers": [{ "name": "Acme" }], "contractPeriod": { "startDate": "2025-04-01", "endDate": end } }] });
        let release = serde_json::from_value(release).unwrap();
        drafts(&merged(vec![(release, [0; 32])]), Uuid::nil()).remove(0)
    }

    fn source() -> Source {
        Source {
            import_id: Uuid::nil(),
            row: 1,
            digest: [0; 32],
            cells: Vec::new(),
            missing_since: None,
        }
    }

    #[test]
    fn what_was_corrected_here_stays_until_a_notice_says_otherwise_of_it() {
        let before = draft("Vans", "2027-03-31");
        let mut kept = fresh(&before, vec![Uuid::nil()], source());
        kept.particulars.title = "Library vans".into();
        kept.particulars.department = Some("Libraries".into());
        kept.term.standing = Standing::Terminated {
            on: "2026-01-01".parse().unwrap(),
        };
        kept.suppliers = vec![Uuid::max()];
        let now = draft("Vans", "2028-03-31");
        let entry = overlaid(kept.clone(), Some(&before), &now, vec![Uuid::nil()], source());
        assert_eq!(entry.term.initial_ends_on, "2028-03-31".parse().ok());
        let expected = Entry {
            term: Term {
                initial_ends_on: entry.term.initial_ends_on,
                ..kept.term.clone()
            },
            ..kept.clone()
        };
        assert_eq!(entry, expected);
        let now = draft("Vehicles", "2027-03-31");
        let entry = overlaid(kept, Some(&before), &now, vec![Uuid::nil()], source());
        assert_eq!(entry.particulars.title, "Vehicles");
        assert_eq!(entry.particulars.department.as_deref(), Some("Libraries"));
    }
}
