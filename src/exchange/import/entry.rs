//! A row of a register as an entry of it, and what a contract keeps that no file can say.

use crate::contracts::term::{ExtensionState, Extensions, Standing, Term};
use crate::contracts::windows::LeadTimeOverrides;
use crate::contracts::{Entry, Particulars, Source, YEARLY};
use crate::exchange::register::{RegisterRow as Row, extensions};
use crate::suppliers::Mention;
use uuid::Uuid;

/// Whom a row names as its supplier.
pub(super) fn mention(row: &Row) -> Mention {
    Mention {
        name: row.supplier_name.clone().unwrap_or_default(),
        companies_house: row.companies_house.clone(),
        charity: row.charity_number.clone(),
        sme: row.sme,
        vcse: row.vcse,
    }
}

/// The process a contract was let by, where the cell has the form of an Open Contracting ID.
pub(super) fn ocid(row: &Row) -> Option<String> {
    let cell = row.open_contracting_id.clone()?;
    is_ocid(&cell).then_some(cell)
}

/// The contract that an OCID of ours names, whatever its prefix.
pub fn published(ocid: &str) -> Option<Uuid> {
    let (_, id) = ocid.rsplit_once('-')?;
    (id.len() == 32).then(|| Uuid::try_parse(id).ok())?
}

/// Whether this is an Open Contracting ID by its form: `ocds-`, and no longer than an index takes.
pub(in crate::exchange) fn is_ocid(text: &str) -> bool {
    let graphic = text.bytes().all(|byte| byte.is_ascii_graphic());
    text.starts_with("ocds-") && (6..=200).contains(&text.len()) && graphic
}

/// What a row says.
pub(in crate::exchange) fn entry(row: &Row, run: Uuid, supplier: Option<Uuid>) -> Entry {
    Entry {
        row_key: row.row_key.clone(),
        particulars: Particulars {
            ocid: ocid(row),
            reference: row.reference.clone(),
            title: row.title.clone(),
            description: row.description.clone().unwrap_or_default(),
            department: row.department.clone(),
            category: row
                .procurement_category
                .clone()
                .or_else(|| row.service_category_label.clone()),
            cpv: row.cpv_code.clone(),
            contract_type: row.contract_type.clone(),
            process_type: row.process_type.clone(),
            value_pence: row.value_pence,
            value_basis: row.value_is_yearly.then(|| YEARLY.to_owned()),
            value_estimated: row.estimated,
            irrecoverable_vat_pence: row.irrecoverable_vat_pence,
            ..Particulars::default()
        },
        term: Term {
            starts_on: row.starts_on,
            // A register that gives only the end after extensions has that for its end; one that gives an
            // extension before the end has its end. Both are doubted by the reader.
            initial_ends_on: row.ends_on.or(row.latest_ends_on),
            latest_end: row
                .latest_ends_on
                .filter(|latest| row.ends_on.is_none_or(|end| *latest >= end)),
            review_on: row.review_on,
            extensions: extensions(&row.options),
            notice_period: row.notice,
            ..Term::default()
        },
        leads: LeadTimeOverrides::default(),
        suppliers: supplier.into_iter().collect(),
        buyers: Vec::new(),
        source: Some(Source {
            import_id: run,
            row: row.row(),
            digest: row.content_digest,
            cells: row.raw.cells().map(str::to_owned).collect(),
            missing_since: None,
        }),
    }
}

/// What a file says of a contract that is known: what people recorded here and no file can say stays. `was_yearly` where it
/// was the file before that said that its value is for one year.
pub(super) fn over(before: &Entry, mut now: Entry, was_yearly: bool) -> Entry {
    let (was, says) = (&before.particulars, &mut now.particulars);
    // A register that was exported here names a contract by our OCID, and not the process that notices named.
    let others = |ocid: &String| was.ocid.is_none() || published(ocid).is_none();
    says.ocid = says.ocid.take().filter(others).or_else(|| was.ocid.clone());
    says.lgsl = was.lgsl;
    says.product_name.clone_from(&was.product_name);
    says.delivery_model.clone_from(&was.delivery_model);
    says.hosting.clone_from(&was.hosting);
    let stays = |basis: &String| basis != YEARLY || !was_yearly;
    let was_basis = was.value_basis.clone().filter(stays);
    says.value_basis = says.value_basis.take().or(was_basis);
    says.cpv = says.cpv.take().or_else(|| was.cpv.clone());
    now.leads = before.leads;
    now.buyers.clone_from(&before.buyers);
    let (was, term) = (&before.term, &mut now.term);
    term.auto_renews_for = was.auto_renews_for;
    term.replaced_on = was.replaced_on;
    term.notice_period = term.notice_period.or(was.notice_period);
    // A register goes on listing what was terminated early; it cannot say that it was.
    if was.standing != Standing::Pending {
        term.standing = was.standing;
    }
    term.extensions = taken_over(&was.extensions, &term.extensions);
    now
}

/// Options as the file has them, with what became of those that are the same; where it says nothing of options, those that
/// were decided.
fn taken_over(before: &Extensions, now: &Extensions) -> Extensions {
    let decided = before
        .as_slice()
        .iter()
        .any(|option| option.state != ExtensionState::Available);
    if now.as_slice().is_empty() || !decided {
        return if now.as_slice().is_empty() && decided {
            before.clone()
        } else {
            now.clone()
        };
    }
    let mut options = now.as_slice().to_vec();
    for option in &mut options {
        let was = before.as_slice().iter().find(|was| was.ordinal == option.ordinal);
        if let Some(was) = was.filter(|was| was.length == option.length) {
            *option = *was;
        }
    }
    Extensions::new(options).unwrap_or_else(|_| now.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contracts::term::{ExtensionOption, Length, Period};

    fn options(states: &[(u16, ExtensionState)]) -> Extensions {
        let option = |(at, (months, state)): (usize, &(u16, ExtensionState))| ExtensionOption {
            ordinal: at as u16 + 1,
            length: Length::Months(*months),
            notice_by: None,
            state: *state,
        };
        Extensions::new(states.iter().enumerate().map(option).collect()).unwrap()
    }

    fn plain() -> Entry {
        Entry {
            row_key: "r:1".into(),
            particulars: Particulars {
                title: "Vans".into(),
                ..Particulars::default()
            },
            term: Term::default(),
            leads: LeadTimeOverrides::default(),
            suppliers: Vec::new(),
            buyers: Vec::new(),
            source: None,
        }
    }

    #[test]
    fn what_no_file_can_say_outlives_a_changed_row() {
        let mut before = plain();
        before.particulars.lgsl = Some(524);
        before.particulars.product_name = Some("Fleet".into());
        before.leads.tender_days = Some(50);
        before.term.auto_renews_for = Some(Period::Months(12));
        before.term.standing = Standing::Cancelled;
        let mut now = plain();
        now.particulars.title = "Vans and lorries".into();
        let merged = over(&before, now, false);
        assert_eq!(merged.particulars.title, "Vans and lorries");
        let mut expected = before;
        expected.particulars.title = "Vans and lorries".into();
        assert_eq!(merged, expected);
    }

    #[test]
    fn that_a_value_is_of_a_year_stays_unless_the_file_said_so() {
        let mut before = plain();
        before.particulars.value_basis = Some("yearly".into());
        let basis = |was_yearly| over(&before, plain(), was_yearly).particulars.value_basis;
        assert_eq!(basis(false).as_deref(), Some("yearly"), "a person did");
        assert_eq!(basis(true), None);
    }

    #[test]
    fn an_option_that_was_taken_stays_taken_while_it_is_the_same_option() {
        use ExtensionState::{Available, Exercised};
        let before = options(&[(12, Exercised), (12, Available)]);
        let same = options(&[(12, Available), (12, Available), (6, Available)]);
        assert_eq!(
            taken_over(&before, &same),
            options(&[(12, Exercised), (12, Available), (6, Available)])
        );
        let other = options(&[(24, Available)]);
        assert_eq!(taken_over(&before, &other), other);
        assert_eq!(
            taken_over(&before, &Extensions::default()),
            before,
            "a file that says nothing of options"
        );
        let never = options(&[(12, Available)]);
        assert_eq!(taken_over(&never, &Extensions::default()), Extensions::default());
    }
}
