//! What stands in the cells of one contract: the council's own text where nobody corrected it since, else what Guildhall
//! holds.
//!
//! A contract of the first version says what its row said, and its cells are given back letter for letter, understood or
//! not. Of a later version the row is read again and compared with what the contract says now: where they differ, now wins.

use super::super::Publisher;
use super::super::facts::Facts;
use super::Naming;
use super::sheet::Sheet;
use crate::contracts::term::{ExtensionState, Standing, Term};
use crate::contracts::{Contract, Entry, YEARLY, term_of};
use crate::councils::{Council, directory};
use crate::exchange::import;
use crate::exchange::register::{Column, RegisterRow, estimated_under, is_bare_amount, says_yearly};
use crate::suppliers::{Size, Supplier};
use chrono::NaiveDate;
use uuid::Uuid;

/// A cell: its text, and what it means to a spreadsheet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) text: String,
    pub(super) value: Option<Value>,
}

/// What a spreadsheet reckons with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Day(NaiveDate),
    Pence(i64),
}

/// What a contract says in a column.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Says {
    Text(Option<String>),
    Day(Option<NaiveDate>),
    /// Pence, and whether they are for one year.
    Pence(Option<i64>, bool),
    Estimated(Option<bool>),
}

/// The cells of a contract, under the headings of a sheet.
pub(super) fn row(sheet: &Sheet, facts: &Facts, council: &Council, publisher: &Publisher) -> Vec<Cell> {
    let mut cells = Vec::with_capacity(sheet.columns.len() + sheet.extra());
    let term = term_of(&facts.contract, facts.options.clone());
    let now = |column| says(column, &Said::from(&facts.contract, &term));
    match (&facts.source, facts.row()) {
        (Some(source), Some(row)) => {
            let corrected = facts.contract.version > 1;
            let then = corrected.then(|| import::entry_of(&row, Uuid::nil(), None));
            for &column in &sheet.columns {
                let now = now(column);
                let then = then.as_ref().and_then(|then| says(column, &Said::of(then)));
                cells.push(match now {
                    Some(now) if corrected && then.as_ref() != Some(&now) => own(now, sheet, column),
                    now => given_back(&row, now, sheet, column),
                });
            }
            let further = sheet.further(source.run, &source.cells);
            cells.extend(further.map(|text| text.to_owned().into()));
        }
        _ => {
            for &column in &sheet.columns {
                cells.push(match now(column) {
                    Some(now) => own(now, sheet, column),
                    None => beside(column, facts, council, publisher, sheet).into(),
                });
            }
            cells.resize_with(sheet.columns.len() + sheet.extra(), Cell::default);
        }
    }
    cells
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self { text, value: None }
    }
}

/// The cell as it came, with what it was understood to mean.
fn given_back(row: &RegisterRow, now: Option<Says>, sheet: &Sheet, column: Column) -> Cell {
    let text = row.raw.get(column);
    if column == Column::CostBasis && estimated_under(sheet.heading(column), text) != row.estimated {
        // "Yes" under another heading would mean something else; where it meant nothing sure, it is to stay so.
        return match row.estimated {
            Some(_) => own(Says::Estimated(row.estimated), sheet, column),
            None => format!("{} (fixed or estimated?)", text.trim()).into(),
        };
    }
    let blank = text.trim().is_empty();
    // The council's own heading said so, which this sheet has not.
    let year_unsaid = !blank && matches!(now, Some(Says::Pence(Some(_), true))) && !says_yearly(text);
    Cell {
        text: if year_unsaid {
            text.trim().to_owned() + A_YEAR
        } else {
            text.to_owned()
        },
        value: now.filter(|_| !blank).and_then(|now| now.value(row, column)),
    }
}

impl Says {
    /// What a spreadsheet can reckon with, where the cell of this very column was understood.
    fn value(&self, row: &RegisterRow, column: Column) -> Option<Value> {
        let understood = match column {
            Column::EndDate => row.ends_on,
            Column::LastExtension => row.latest_ends_on,
            Column::StartDate => row.starts_on,
            Column::ReviewDate => row.review_on,
            Column::EffectiveOn => row.effective_on,
            _ => None,
        };
        match self {
            Self::Day(_) => understood.map(Value::Day),
            // "45,000 per annum" or "up to 20,000" would be another amount as a number.
            Self::Pence(pence, yearly) => pence
                .filter(|_| !yearly && is_bare_amount(row.raw.get(column)))
                .map(Value::Pence),
            Self::Text(_) | Self::Estimated(_) => None,
        }
    }
}

/// A cell with what Guildhall holds.
fn own(says: Says, sheet: &Sheet, column: Column) -> Cell {
    let lga = sheet.naming == Naming::Lga;
    let (text, value) = match says {
        Says::Text(text) => (text, None),
        Says::Day(day) => {
            let form = if lga { "%Y-%m-%d" } else { "%d/%m/%Y" };
            (day.map(|day| day.format(form).to_string()), day.map(Value::Day))
        }
        Says::Pence(pence, false) => (pence.map(pounds), pence.map(Value::Pence)),
        Says::Pence(pence, true) => (pence.map(|pence| pounds(pence) + A_YEAR), None),
        Says::Estimated(estimated) => {
            let word = |estimated: bool| match (column, estimated) {
                (Column::CostBasis, true) if lga => "false",
                (Column::CostBasis, false) if lga => "true",
                (_, true) => "Estimated cost",
                (_, false) => "Fixed cost",
            };
            (estimated.map(|estimated| word(estimated).to_owned()), None)
        }
    };
    Cell {
        text: text.unwrap_or_default(),
        value,
    }
}

/// What is put behind an amount that is for one year.
const A_YEAR: &str = " per annum";

/// Whether there is an amount, and it is for one year.
fn is_yearly(pence: Option<i64>, basis: Option<&str>) -> bool {
    pence.is_some() && basis == Some(YEARLY)
}

/// Pounds and pence, as a number.
fn pounds(pence: i64) -> String {
    let sign = if pence < 0 { "-" } else { "" };
    let (whole, rest) = (pence.unsigned_abs() / 100, pence.unsigned_abs() % 100);
    format!("{sign}{whole}.{rest:02}")
}

/// What a contract says of itself, from either of the two places in which it is held.
struct Said<'a> {
    reference: Option<&'a str>,
    title: &'a str,
    description: &'a str,
    department: Option<&'a str>,
    category: Option<&'a str>,
    cpv: Option<&'a str>,
    contract_type: Option<&'a str>,
    process_type: Option<&'a str>,
    pence: Option<i64>,
    yearly: bool,
    estimated: Option<bool>,
    vat: Option<i64>,
    term: &'a Term,
}

impl<'a> Said<'a> {
    fn from(contract: &'a Contract, term: &'a Term) -> Self {
        Self {
            reference: contract.reference.as_deref(),
            title: &contract.title,
            description: &contract.description,
            department: contract.department.as_deref(),
            category: contract.category.as_deref(),
            cpv: contract.cpv.as_deref(),
            contract_type: contract.contract_type.as_deref(),
            process_type: contract.process_type.as_deref(),
            pence: contract.value_pence,
            yearly: is_yearly(contract.value_pence, contract.value_basis.as_deref()),
            estimated: contract.value_estimated,
            vat: contract.irrecoverable_vat_pence,
            term,
        }
    }

    fn of(entry: &'a Entry) -> Self {
        let says = &entry.particulars;
        Self {
            reference: says.reference.as_deref(),
            title: &says.title,
            description: &says.description,
            department: says.department.as_deref(),
            category: says.category.as_deref(),
            cpv: says.cpv.as_deref(),
            contract_type: says.contract_type.as_deref(),
            process_type: says.process_type.as_deref(),
            pence: says.value_pence,
            yearly: is_yearly(says.value_pence, says.value_basis.as_deref()),
            estimated: says.value_estimated,
            vat: says.irrecoverable_vat_pence,
            term: &entry.term,
        }
    }
}

/// What a contract says in a column; nothing, where Guildhall keeps nothing of it but the file's cell.
fn says(column: Column, said: &Said<'_>) -> Option<Says> {
    let text = |text: Option<&str>| Some(Says::Text(text.map(str::to_owned)));
    match column {
        Column::Reference => text(said.reference),
        Column::Title => text(Some(said.title)),
        Column::Description => text(Some(said.description)),
        Column::Department => text(said.department),
        Column::ProcurementCategory => text(said.category),
        Column::CpvCode => text(said.cpv),
        Column::ContractType => text(said.contract_type),
        Column::ProcessType => text(said.process_type),
        Column::StartDate => Some(Says::Day(said.term.starts_on)),
        Column::EndDate => Some(Says::Day(end(said.term))),
        Column::ReviewDate => Some(Says::Day(said.term.review_on)),
        Column::LastExtension => Some(Says::Day(said.term.latest_end)),
        Column::Value => Some(Says::Pence(said.pence, said.yearly)),
        Column::CostBasis => Some(Says::Estimated(said.estimated)),
        Column::IrrecoverableVat => Some(Says::Pence(said.vat, false)),
        _ => None,
    }
}

/// The last day: of its termination, after the extensions that were taken, or as stated, believed or not.
fn end(term: &Term) -> Option<NaiveDate> {
    let taken = |state| state == ExtensionState::Exercised;
    match term.standing {
        Standing::Terminated { on } => Some(on),
        _ if term
            .extensions
            .as_slice()
            .iter()
            .any(|option| taken(option.state)) =>
        {
            term.current_end()
        }
        _ => term.initial_ends_on,
    }
}

/// The other columns of a contract that came from no file.
fn beside(column: Column, facts: &Facts, council: &Council, publisher: &Publisher, sheet: &Sheet) -> String {
    let contract = &facts.contract;
    let service = contract.lgsl.and_then(|code| directory().service(code));
    let first = facts.suppliers.first();
    let yes = |yes: Option<bool>| yes.map(|yes| if yes { "Yes" } else { "No" }.to_owned());
    let found = match column {
        Column::OrganisationName => Some(council.facts.name.to_owned()),
        Column::OrganisationCode => council.facts.gss.map(|code| match sheet.naming {
            Naming::Template => code.to_owned(),
            Naming::Lga => super::super::ocds::statistics_uri(code),
        }),
        Column::EffectiveOn => Some(contract.updated_at.format("%d/%m/%Y").to_string()),
        Column::OpenContractingId => Some(publisher.ocid(contract)),
        Column::ServiceCategoryLabel => service.map(|service| service.name.to_owned()),
        Column::ServiceCategoryUri => service.map(|service| super::super::ocds::service_uri(service.lgsl)),
        Column::SupplierName => {
            let names: Vec<&str> = facts.suppliers.iter().map(|s| s.name.as_str()).collect();
            Some(names.join("; "))
        }
        Column::CompaniesHouse => first.and_then(|supplier| supplier.companies_house.clone()),
        Column::CharityNumber => first.and_then(|supplier| supplier.charity.clone()),
        Column::Sme => yes(first.and_then(is_sme)),
        Column::Vcse => yes(first.and_then(|supplier| supplier.vcse)),
        _ => None,
    };
    found.unwrap_or_default()
}

fn is_sme(supplier: &Supplier) -> Option<bool> {
    supplier.size.map(|size| size != Size::Large)
}
