//! What councils buy: one `Line` is a kind of contract that many registers hold, each in its own numbers.
//! The tables are `lines_corporate`, `lines_upper` and `lines_lower`; `contracts` turns lines into entries.
//!
//! To add a line: copy a row; letters of `provides` are in `councils`; trades in `suppliers` and `products`.

use super::shapes::Hosting;
use super::{lines_corporate::CORPORATE, lines_lower::LOWER, lines_upper::UPPER};

/// A kind of contract.
pub(super) struct Line {
    /// The letter of `provides` that a council needs to buy it.
    pub(super) needs: char,
    pub(super) department: &'static str,
    pub(super) cpv: &'static str,
    /// 0 where none fits.
    pub(super) lgsl: u16,
    /// Who can supply it: see `suppliers` and `products`.
    pub(super) trade: &'static str,
    /// Pounds a year, whatever the council's size.
    pub(super) pounds: u32,
    /// Pence a resident a year, beside it.
    pub(super) pence_per_head: u32,
    /// Initial term.
    pub(super) months: u32,
    /// Rights to extend, in months.
    pub(super) options: &'static [u32],
    /// None for what is not software.
    pub(super) hosting: Option<Hosting>,
    /// `{lot}` makes several entries of it; `{place}` and `{3-9}` are filled in.
    pub(super) title: &'static str,
    /// As the title; `{1/40}` is the population divided so.
    pub(super) description: &'static str,
}

/// Hosting by the letter of the tables.
pub(super) const fn hosting(letter: char) -> Option<Hosting> {
    match letter {
        'c' => Some(Hosting::Cloud),
        'p' => Some(Hosting::OnPremises),
        _ => None,
    }
}

/// Rows of: needs, department, CPV, LGSL, trade, pounds, pence a head, months, options, hosting, title, text.
macro_rules! lines {
    ($(($needs:literal $department:literal $cpv:literal $lgsl:literal $trade:literal $pounds:literal
        $heads:literal $months:literal $options:tt $hosting:literal $title:literal $text:literal))+) => {
        &[$($crate::cli::demo::world::lines::Line { needs: $needs, department: $department, cpv: $cpv,
            lgsl: $lgsl, trade: $trade, pounds: $pounds, pence_per_head: $heads, months: $months,
            options: &$options, hosting: $crate::cli::demo::world::lines::hosting($hosting), title: $title,
            description: $text }),+]
    };
}
pub(super) use lines;

/// Every line that a council with these powers can buy, in the order of the tables.
pub(super) fn for_powers(provides: &str) -> Vec<&'static Line> {
    let tables = CORPORATE.iter().chain(UPPER).chain(LOWER);
    tables.filter(|line| provides.contains(line.needs)).collect()
}
