//! What the cells of a column look like, and whether they fit what its heading says. Counts cells of the first rows;
//! must not know other columns. Next: `recognise.rs`, which decides.

use super::cells::{self, codes, dates, money};
use super::columns::Column;

/// Cells shown to people who check what was recognised.
const SAMPLES: usize = 3;

/// Characters shown of each.
const SAMPLE_LENGTH: usize = 80;

/// What the cells of one column look like.
#[derive(Clone, Debug, Default)]
pub(super) struct Content {
    /// Cells that are not blank.
    filled: u32,
    dates: u32,
    amounts: u32,
    answers: u32,
    emails: u32,
    links: u32,
    /// Company numbers, among them those that can hardly be anything else: with letters, or a zero first.
    companies: u32,
    plain_companies: u32,
    charities: u32,
    cpv_codes: u32,
    /// With their check digit: no other number looks like that.
    plain_cpv_codes: u32,
    ocids: u32,
    area_codes: u32,
    digits: u32,
    samples: Vec<String>,
}

/// Whether cells fit a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// They are something else.
    Not,
    /// There are none, or any text fits.
    Open,
    /// They do.
    Fits,
}

impl Content {
    /// Counts one cell.
    pub(super) fn add(&mut self, cell: &str) {
        let cell = cell.trim();
        if cell.is_empty() {
            return;
        }
        self.filled += 1;
        self.sample(cell);
        // Prose is nothing that is counted here.
        if cell.len() > 120 {
            return;
        }
        let add = |count: &mut u32, is: bool| *count += u32::from(is);
        let number = plain_number(cell);
        add(&mut self.digits, number);
        add(&mut self.dates, !number && dates::date(cell).value.is_some());
        add(&mut self.amounts, money::is_amount(cell));
        add(&mut self.answers, is_answer(cell));
        add(&mut self.emails, is_email(cell));
        add(
            &mut self.links,
            cell.starts_with("www.") || codes::link(cell).value.is_some(),
        );
        let company = codes::company_number(cell).value.is_some();
        add(&mut self.companies, company);
        add(
            &mut self.plain_companies,
            company && (!number || (cell.len() == 8 && cell.starts_with('0'))),
        );
        add(&mut self.charities, codes::charity_number(cell).value.is_some());
        // Several codes in one cell are told apart in as many ways as there are councils.
        let code = cell.split([' ', ';', ',']).next().unwrap_or(cell);
        let cpv = codes::cpv_code(code).value.is_some();
        add(&mut self.cpv_codes, cpv);
        add(
            &mut self.plain_cpv_codes,
            cpv && code.as_bytes().get(8) == Some(&b'-'),
        );
        add(&mut self.ocids, cell.len() > 11 && cell.starts_with("ocds-"));
        add(&mut self.area_codes, is_area_code(cell));
    }

    fn sample(&mut self, cell: &str) {
        if self.samples.len() == SAMPLES {
            return;
        }
        let shown: String = cell.chars().filter(|c| *c != '\0').take(SAMPLE_LENGTH).collect();
        if !self.samples.contains(&shown) {
            self.samples.push(shown);
        }
    }

    /// The first cells that differ.
    pub(super) fn samples(&self) -> &[String] {
        &self.samples
    }

    /// Whether the cells fit a column, and a sentence's part that says how many do.
    pub(super) fn fit(&self, column: Column) -> (Fit, Option<String>) {
        if self.filled == 0 {
            return (
                Fit::Open,
                Some("its cells are blank in the first rows".to_owned()),
            );
        }
        if let Some((count, what)) = self.asked(column) {
            let said = format!("{count} of {} cells are {what}", self.filled);
            // Half is enough: registers have TBC, POA and "ongoing" where a value belongs.
            let fits = 2 * count >= self.filled;
            return (if fits { Fit::Fits } else { Fit::Not }, Some(said));
        }
        match self.other() {
            Some((kind, said)) if !kind.may_be(column) => (Fit::Not, Some(said)),
            _ => (Fit::Open, None),
        }
    }

    /// How many cells are what the column asks for, and what that is; nothing where any text will do.
    fn asked(&self, column: Column) -> Option<(u32, &'static str)> {
        Some(match column {
            Column::EffectiveOn
            | Column::StartDate
            | Column::EndDate
            | Column::ReviewDate
            | Column::LastExtension => (self.dates.max(self.serials()), "dates"),
            Column::Value | Column::IrrecoverableVat => (self.amounts, "amounts"),
            Column::Sme | Column::Vcse => (self.answers, "yes or no"),
            Column::ContactEmail => (self.emails, "e-mail addresses"),
            Column::ContactUrl
            | Column::TenderDocumentUrl
            | Column::ContractDocumentUrl
            | Column::PerformanceUrl => (self.links, "web addresses"),
            Column::CompaniesHouse => (self.companies, "of the form of a company number"),
            Column::CharityNumber => (self.charities, "of the form of a charity number"),
            Column::CpvCode => (self.cpv_codes, "CPV codes"),
            Column::OpenContractingId => (self.ocids, "OCIDs"),
            _ => return None,
        })
    }

    /// Bare numbers may be a spreadsheet's days.
    fn serials(&self) -> u32 {
        if self.dates > 0 { self.dates } else { self.digits }
    }

    /// What nearly all cells are, if they are no mere text.
    fn other(&self) -> Option<(Kind, String)> {
        let kinds = [
            (Kind::Dates, self.dates, "dates"),
            (Kind::Emails, self.emails, "e-mail addresses"),
            (Kind::Links, self.links, "web addresses"),
            (Kind::Answers, self.answers, "yes or no"),
            (Kind::Numbers, self.digits.max(self.plain_companies), "numbers"),
        ];
        let nearly_all = |count: u32| 10 * count >= 8 * self.filled;
        kinds
            .into_iter()
            .find(|(_, count, _)| nearly_all(*count))
            .map(|(kind, count, what)| (kind, format!("{count} of {} cells are {what}", self.filled)))
    }

    /// The column that the cells alone tell, whatever the heading, and why. Dates, amounts and names do not: there is
    /// more than one column of each.
    pub(super) fn alone(&self) -> Option<(Column, String)> {
        let told = [
            (Column::OpenContractingId, self.ocids, "begin like an OCID"),
            (
                Column::CpvCode,
                self.plain_cpv_codes,
                "are CPV codes with their check digit",
            ),
            (Column::ContactEmail, self.emails, "are e-mail addresses"),
            (Column::OrganisationCode, self.area_codes, "are codes of councils"),
            (
                Column::CompaniesHouse,
                self.plain_companies,
                "have the form of a company number",
            ),
        ];
        let enough = |count: u32| count >= 3 && 10 * count >= 9 * self.filled;
        told.into_iter()
            .find(|(_, count, _)| enough(*count))
            .map(|(column, count, what)| (column, format!("{count} of {} cells {what}", self.filled)))
    }

    /// What a person might want to know of cells that no column was found for.
    pub(super) fn looks(&self) -> Option<String> {
        self.other().map(|(_, said)| said)
    }
}

/// What the cells of a column nearly all are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Dates,
    Emails,
    Links,
    Answers,
    Numbers,
}

impl Kind {
    /// Whether a column of text may have nothing but this.
    fn may_be(self, column: Column) -> bool {
        match self {
            Self::Dates | Self::Emails => false,
            Self::Links => matches!(
                column,
                Column::OrganisationCode | Column::ServiceCategoryUri | Column::AreaServedUri
            ),
            Self::Answers => matches!(column, Column::ExtensionOptions | Column::CostBasis),
            Self::Numbers => matches!(
                column,
                Column::Reference
                    | Column::OtherSupplierId
                    | Column::OrganisationCode
                    | Column::ServiceCategoryUri
                    | Column::ProclassCode
                    | Column::AreaServedUri
                    | Column::ProcurementCategory
            ),
        }
    }
}

fn plain_number(cell: &str) -> bool {
    cell.bytes().all(|byte| byte.is_ascii_digit())
}

/// `1` and `0` are numbers before they are answers.
fn is_answer(cell: &str) -> bool {
    !plain_number(cell) && cells::answer(cell).value.is_some()
}

fn is_email(cell: &str) -> bool {
    let Some((before, after)) = cell.split_once('@') else {
        return false;
    };
    !before.is_empty() && after.contains('.') && !cell.contains(char::is_whitespace) && !after.contains('@')
}

/// `E10000020`: the form of the statistics offices' codes of principal councils.
fn is_area_code(cell: &str) -> bool {
    cell.len() == 9 && cell.strip_prefix(['E', 'W', 'S', 'N']).is_some_and(plain_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(cells: &[&str]) -> Content {
        let mut content = Content::default();
        cells.iter().for_each(|cell| content.add(cell));
        content
    }

    #[test]
    fn cells_fit_a_column_when_half_of_them_do() {
        let dates = of(&["31/03/2025", "TBC", "", "Ongoing", "1 April 2026"]);
        assert_eq!(dates.fit(Column::EndDate).0, Fit::Fits);
        let (fit, said) = dates.fit(Column::Value);
        assert_eq!(
            (fit, said.unwrap().as_str()),
            (Fit::Not, "0 of 4 cells are amounts")
        );
        assert_eq!(
            of(&["45000", "45321"]).fit(Column::StartDate).0,
            Fit::Fits,
            "a spreadsheet's days"
        );
        assert_eq!(of(&["£5,000", "POA"]).fit(Column::Value).0, Fit::Fits);
        assert_eq!(of(&["", " "]).fit(Column::Value).0, Fit::Open);
    }

    #[test]
    fn text_columns_take_any_text_but_not_dates_or_addresses() {
        assert_eq!(of(&["Vans", "Bins"]).fit(Column::Title).0, Fit::Open);
        assert_eq!(
            of(&["01234567", "SC123456"]).fit(Column::SupplierName).0,
            Fit::Not
        );
        assert_eq!(of(&["1001", "1002"]).fit(Column::Title).0, Fit::Not);
        assert_eq!(of(&["1001", "1002"]).fit(Column::Reference).0, Fit::Open);
        assert_eq!(of(&["a@b.example"]).fit(Column::ContactName).0, Fit::Not);
    }

    #[test]
    fn some_cells_tell_their_column_alone() {
        let alone = |cells: &[&str]| of(cells).alone().map(|(column, _)| column);
        assert_eq!(
            alone(&["a@b.example", "c@d.example", "e@f.example"]),
            Some(Column::ContactEmail)
        );
        assert_eq!(
            alone(&["85000000-9", "45000000-7", "09000000-3"]),
            Some(Column::CpvCode)
        );
        assert_eq!(
            alone(&["01234567", "SC123456", "02345678"]),
            Some(Column::CompaniesHouse)
        );
        assert_eq!(
            alone(&["E10000020", "E10000020", "E10000020"]),
            Some(Column::OrganisationCode)
        );
        assert_eq!(alone(&["31/03/2025", "31/03/2026", "31/03/2027"]), None);
        assert_eq!(alone(&["a@b.example"]), None, "one is chance");
    }

    #[test]
    fn the_first_cells_that_differ_are_shown() {
        assert_eq!(of(&["a", "a", " b ", "", "c", "d"]).samples(), ["a", "b", "c"]);
    }
}
