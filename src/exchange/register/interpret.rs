//! From a record to a reading: each column's cell to its field, with doubts on the way.
//! Must not compare columns (`between.rs`) nor rows (`identity.rs`).

use std::sync::Arc;

use chrono::NaiveDate;

use super::cells::{self, Cell, codes, dates, money, qualifiers};
use super::columns::{Column, fold};
use super::doubt::{Doubt, Why};
use super::extensions;
use super::headings::{Headings, RawRow};
use super::line::Cells;
use super::orders::DateOrder;
use super::records::Record;
use super::rows::RegisterRow;
use super::total;
use super::values::{LONGEST, LONGEST_DESCRIPTION, beginning};

/// From so many columns on, a row with one cell is a heading between rows or a note: a contract would have a second.
const WIDE: usize = 4;

/// The doubts of one row, in the order they arise.
#[derive(Default)]
pub(super) struct Doubts(pub(super) Vec<Doubt>);

impl Doubts {
    /// Doubts one cell.
    pub(super) fn cell(&mut self, raw: &RawRow, column: Column, why: Why) {
        self.with_others(raw, column, why, Vec::new());
    }

    /// Doubts one cell because of other rows.
    pub(super) fn with_others(&mut self, raw: &RawRow, column: Column, why: Why, others: Vec<u32>) {
        let (row, column, raw) = (raw.row(), raw.heading(column), raw.get(column).to_owned());
        self.0.push(Doubt {
            row,
            column,
            raw,
            why,
            others,
            made: None,
        });
    }

    /// Doubts one cell and says what was made of it.
    pub(super) fn made(&mut self, raw: &RawRow, column: Column, why: Why, made: String) {
        self.cell(raw, column, why);
        if let Some(doubt) = self.0.last_mut() {
            doubt.made = Some(made.into_boxed_str());
        }
    }

    /// Doubts a whole row; `shown` says what to look for in it.
    pub(super) fn row(&mut self, row: u32, why: Why, shown: String, others: Vec<u32>) {
        self.0.push(Doubt {
            row,
            column: Arc::from(""),
            raw: shown,
            why,
            others,
            made: None,
        });
    }
}

/// A record's cells with what is wrong with its shape: quotes, NULs, too few or too many cells.
pub(super) fn shape(record: Record, headings: &Arc<Headings>, doubts: &mut Doubts) -> RawRow {
    let Record { row, mut cells, flaw } = record;
    if let Some((why, line)) = flaw {
        doubts.row(row, why, line.replace('\0', "\u{2400}"), Vec::new());
    }
    if cells.run_together().contains('\0') {
        cells = without_nuls(row, &cells, headings, doubts);
    }
    if cells.len() < headings.width() {
        doubts.row(
            row,
            Why::RowShort,
            cells
                .iter()
                .collect::<Vec<_>>()
                .join(",")
                .chars()
                .take(200)
                .collect(),
            Vec::new(),
        );
    }
    let extra: Vec<&str> = cells.iter().skip(headings.width()).collect();
    if extra.iter().any(|cell| !cell.trim().is_empty()) {
        doubts.row(row, Why::RowLong, extra.join(","), Vec::new());
    }
    RawRow::new(row, Arc::clone(headings), cells)
}

fn without_nuls(row: u32, cells: &Cells, headings: &Headings, doubts: &mut Doubts) -> Cells {
    let clean = |(place, cell): (usize, &str)| {
        if cell.contains('\0') {
            let (column, raw) = (headings.name_at(place), cell.replace('\0', "\u{2400}"));
            doubts.0.push(Doubt {
                row,
                column,
                raw,
                why: Why::NulDropped,
                others: Vec::new(),
                made: None,
            });
        }
        cell.replace('\0', "")
    };
    cells.iter().enumerate().map(clean).collect()
}

/// Why a row cannot be taken for a contract at all, if so.
pub(super) fn why_held(raw: &RawRow) -> Option<Why> {
    if total::is_total(raw) {
        return Some(Why::LooksLikeTotal);
    }
    let mut named = [
        Column::Title,
        Column::Description,
        Column::Reference,
        Column::SupplierName,
    ]
    .into_iter();
    if named.all(|column| raw.trimmed(column).is_empty()) {
        return Some(Why::NothingToIdentify);
    }
    let filled = || {
        let cells = raw.cells().zip(raw.headings().names());
        cells.filter(|(cell, _)| !cell.trim().is_empty())
    };
    if filled().all(|(cell, heading)| cell.trim() == heading) {
        return Some(Why::HeaderRepeated);
    }
    // A title by itself is the least that a contract has.
    let titled = !raw.trimmed(Column::Title).is_empty();
    let alone = !titled && raw.headings().width() >= WIDE && filled().nth(1).is_none();
    alone.then_some(Why::OneCellAlone)
}

/// Fills a row's fields from its cells. `orders` says how the dates of its columns are read.
pub(super) fn fill(raw: RawRow, orders: &[DateOrder], doubts: &mut Doubts) -> RegisterRow {
    let mut row = RegisterRow {
        raw,
        ..RegisterRow::default()
    };
    what(&mut row, orders, doubts);
    classification(&mut row, doubts);
    when(&mut row, orders, doubts);
    how_much(&mut row, doubts);
    who(&mut row, doubts);
    where_to_look(&mut row, doubts);
    row
}

fn what(row: &mut RegisterRow, orders: &[DateOrder], doubts: &mut Doubts) {
    let raw = &row.raw;
    row.organisation_name = text(raw, Column::OrganisationName);
    row.organisation_code = text(raw, Column::OrganisationCode);
    row.effective_on = date(raw, orders, doubts, Column::EffectiveOn);
    row.reference = bounded(raw, doubts, Column::Reference);
    row.open_contracting_id = text(raw, Column::OpenContractingId);
    row.description = prose(raw, doubts, Column::Description);
    row.contract_type = bounded(raw, doubts, Column::ContractType);
    row.department = bounded(raw, doubts, Column::Department);
    if row.reference.is_none() && raw.headings().has(Column::Reference) {
        doubts.cell(raw, Column::Reference, Why::ReferenceBlank);
    }
    row.title = title(row, doubts);
}

fn title(row: &RegisterRow, doubts: &mut Doubts) -> String {
    let raw = &row.raw;
    if let Some(title) = prose(raw, doubts, Column::Title) {
        return title;
    }
    let (why, instead) = match (&row.description, &row.reference) {
        (Some(description), _) => (Why::TitleFromDescription, description.as_str()),
        (None, Some(reference)) => (Why::TitleMissing, reference.as_str()),
        (None, None) => (Why::TitleMissing, raw.trimmed(Column::SupplierName)),
    };
    doubts.cell(raw, Column::Title, why);
    beginning(instead, LONGEST).to_owned()
}

fn classification(row: &mut RegisterRow, doubts: &mut Doubts) {
    let raw = &row.raw;
    row.service_category_label = bounded(raw, doubts, Column::ServiceCategoryLabel);
    row.service_category_uri = text(raw, Column::ServiceCategoryUri);
    row.procurement_category = bounded(raw, doubts, Column::ProcurementCategory);
    row.cpv_label = text(raw, Column::CpvLabel);
    row.proclass_label = text(raw, Column::ProclassLabel);
    row.proclass_code = text(raw, Column::ProclassCode);
    row.process_type = bounded(raw, doubts, Column::ProcessType);
    row.area_served_label = text(raw, Column::AreaServedLabel);
    row.area_served_uri = text(raw, Column::AreaServedUri);
}

fn when(row: &mut RegisterRow, orders: &[DateOrder], doubts: &mut Doubts) {
    let raw = &row.raw;
    row.starts_on = date(raw, orders, doubts, Column::StartDate);
    row.ends_on = date(raw, orders, doubts, Column::EndDate);
    row.review_on = date(raw, orders, doubts, Column::ReviewDate);
    extensions::fill(row, orders, doubts);
}

fn how_much(row: &mut RegisterRow, doubts: &mut Doubts) {
    let raw = &row.raw;
    row.value_pence = amount(raw, doubts, Column::Value);
    let says = [raw.heading(Column::Value), raw.trimmed(Column::Value).into()];
    row.value_is_yearly = row.value_pence.is_some() && says.iter().any(|text| qualifiers::is_yearly(text));
    row.irrecoverable_vat_pence = amount(raw, doubts, Column::IrrecoverableVat);
    if raw.trimmed(Column::Value).is_empty() && raw.headings().has(Column::Value) {
        doubts.cell(raw, Column::Value, Why::ValueBlank);
    } else if row.value_pence == Some(0) {
        doubts.cell(raw, Column::Value, Why::ValueZero);
    }
    let yes_means_fixed = yes_means_fixed(&raw.heading(Column::CostBasis));
    row.estimated = read(raw, doubts, Column::CostBasis, |text| {
        cells::estimated(text, yes_means_fixed)
    });
}

/// Whether a bare yes under this heading means a fixed cost.
pub(super) fn yes_means_fixed(heading: &str) -> bool {
    fold(heading) == "fixedcost"
}

fn who(row: &mut RegisterRow, doubts: &mut Doubts) {
    let raw = &row.raw;
    row.supplier_name = prose(raw, doubts, Column::SupplierName).filter(|name| {
        let withheld = cells::withheld(name);
        if withheld {
            doubts.cell(raw, Column::SupplierName, Why::SupplierRedacted);
        }
        !withheld
    });
    if raw.trimmed(Column::SupplierName).is_empty() && raw.headings().has(Column::SupplierName) {
        doubts.cell(raw, Column::SupplierName, Why::SupplierBlank);
    }
    row.companies_house = read(raw, doubts, Column::CompaniesHouse, codes::company_number);
    row.charity_number = read(raw, doubts, Column::CharityNumber, codes::charity_number);
    row.cpv_code = read(raw, doubts, Column::CpvCode, codes::cpv_code);
    row.other_supplier_id = text(raw, Column::OtherSupplierId);
    row.sme = read(raw, doubts, Column::Sme, cells::answer);
    row.vcse = read(raw, doubts, Column::Vcse, cells::answer);
    row.vcse_type = text(raw, Column::VcseType);
}

fn where_to_look(row: &mut RegisterRow, doubts: &mut Doubts) {
    let raw = &row.raw;
    row.contact_name = text(raw, Column::ContactName);
    row.contact_email = text(raw, Column::ContactEmail);
    row.contact_url = read(raw, doubts, Column::ContactUrl, codes::link);
    row.tender_document_url = read(raw, doubts, Column::TenderDocumentUrl, codes::link);
    row.contract_document_url = read(raw, doubts, Column::ContractDocumentUrl, codes::link);
    row.performance_url = read(raw, doubts, Column::PerformanceUrl, codes::link);
}

fn text(raw: &RawRow, column: Column) -> Option<String> {
    Some(raw.trimmed(column))
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

/// Text that a contract is listed by: doubted when it is so long that its beginning stands for it.
fn bounded(raw: &RawRow, doubts: &mut Doubts, column: Column) -> Option<String> {
    let text = Some(raw.trimmed(column)).filter(|text| !text.is_empty())?;
    let most = if column == Column::Description {
        LONGEST_DESCRIPTION
    } else {
        LONGEST
    };
    let short = beginning(text, most);
    if short.len() < text.len() {
        let made = format!("Its first {} characters.", super::thousands(most as u32));
        doubts.made(raw, column, Why::TextCut, made);
    }
    Some(short.to_owned())
}

/// Text that people read on a page: doubted when garbled, too.
fn prose(raw: &RawRow, doubts: &mut Doubts, column: Column) -> Option<String> {
    let text = bounded(raw, doubts, column)?;
    if cells::garbled(&text) {
        doubts.cell(raw, column, Why::TextGarbled);
    }
    Some(text)
}

fn date(raw: &RawRow, orders: &[DateOrder], doubts: &mut Doubts, column: Column) -> Option<NaiveDate> {
    let cell = dated(raw, orders, column)?;
    if let Some(why) = cell.why {
        doubts.cell(raw, column, why);
    }
    order_doubted(raw, orders, doubts, column);
    cell.value
}

/// Reads a date as its column is read, unless it is blank.
pub(super) fn dated(raw: &RawRow, orders: &[DateOrder], column: Column) -> Option<Cell<NaiveDate>> {
    let text = raw.trimmed(column);
    let order = order_of(orders, column).map_or(dates::Order::DayFirst, DateOrder::order);
    (!text.is_empty()).then(|| dates::date_in(text, order))
}

/// Doubts a date that could be read both ways, where nothing in the file tells which.
pub(super) fn order_doubted(raw: &RawRow, orders: &[DateOrder], doubts: &mut Doubts, column: Column) {
    let text = raw.trimmed(column);
    let order = order_of(orders, column).filter(|order| order.doubtful());
    if let Some(order) = order
        && dates::tells(text) == Some(dates::Tells::Nothing)
    {
        doubts.made(raw, column, Why::DateOrderUnknown, order.sentence_of(text));
    }
}

fn order_of(orders: &[DateOrder], column: Column) -> Option<&DateOrder> {
    orders.iter().find(|order| order.column == column)
}

/// Reads an amount, and says what was made of one that is more than a figure.
fn amount(raw: &RawRow, doubts: &mut Doubts, column: Column) -> Option<i64> {
    let pence = read(raw, doubts, column, money::pence)?;
    if let Some(doubt) = doubts.0.last_mut()
        && matches!(doubt.why, Why::ValueRange | Why::ValueQualified)
        && doubt.made.is_none()
    {
        doubt.made = Some(money::made(raw.trimmed(column), pence).into_boxed_str());
    }
    Some(pence)
}

/// Reads a cell unless it is blank, and keeps its doubt.
fn read<T>(
    raw: &RawRow,
    doubts: &mut Doubts,
    column: Column,
    how: impl FnOnce(&str) -> Cell<T>,
) -> Option<T> {
    let text = raw.trimmed(column);
    if text.is_empty() {
        return None;
    }
    let cell = how(text);
    if let Some(why) = cell.why {
        doubts.cell(raw, column, why);
    }
    cell.value
}
