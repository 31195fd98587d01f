//! What a person should look at: where, what it said, and why.
//! Answers for the codes and their wording; must not decide when a doubt is due. Next: `rows.rs`.

use std::fmt::Write as _;
use std::sync::Arc;

macro_rules! whys {
    ($($name:ident $code:literal $says:literal)*) => {
        /// Why a cell or a row is doubted. The codes are stable: they are stored and counted on.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Why { $(#[doc = $says] $name,)* }

        impl Why {
            /// Every reason, as a person would list them.
            pub const ALL: &'static [Why] = &[$(Why::$name),*];

            /// Its stable code, in snake case.
            pub fn code(self) -> &'static str {
                match self { $(Why::$name => $code),* }
            }

            /// What it means, as one sentence in plain English.
            pub fn sentence(self) -> &'static str {
                match self { $(Why::$name => $says),* }
            }
        }
    };
}

whys! {
    NothingToIdentify "nothing_to_identify" "There is no title, description, reference or supplier: the row is held."
    HeaderRepeated "header_repeated" "The headings again, in the middle of the file: the row is held."
    LooksLikeTotal "looks_like_total" "This looks like a total of other rows and not like a contract: the row is held."
    OneCellAlone "one_cell_alone" "One cell of the row is filled, as in a heading between rows or a note: the row is held."
    PerhapsKnown "perhaps_known" "This may be a contract that the register has already."
    QuoteUnclosed "quote_unclosed" "A quotation mark is never closed; the line was read by itself."
    QuoteStray "quote_stray" "A quotation mark stands where none belongs; cells may have run together."
    RowTooLong "row_too_long" "The row is longer than four megabytes: it is held, and only its beginning was kept."
    RowShort "row_short" "The row has fewer cells than there are headings."
    RowLong "row_long" "The row has more cells than there are headings; a comma may be loose."
    NulDropped "nul_dropped" "The cell held a NUL character, which was dropped."
    TextGarbled "text_garbled" "The text looks garbled, as after a wrong conversion of characters."
    TextCut "text_cut" "The text is longer than any that is shown in lists and searched: its beginning stands for it, and the whole is kept with the row."
    TitleFromDescription "title_from_description" "There is no title; the description stands in for it."
    TitleMissing "title_missing" "There is no title or description; the reference or supplier stands in for it."
    ReferenceBlank "reference_blank" "There is no reference, so the row is told apart by title, supplier and start."
    ReferenceRepeated "reference_repeated" "The same reference is on other rows."
    RowRepeated "row_repeated" "The whole row is on an earlier row too; both are kept."
    SupplierBlank "supplier_blank" "No supplier is named."
    OrganisationOther "organisation_other" "The row names another body than the council whose register this is."
    OrganisationUnclear "organisation_unclear" "It is not clear that this names the council whose register this is."
    SupplierBySpelling "supplier_by_spelling" "No number tells the supplier; it was taken for one whose name is spelled otherwise."
    SupplierByName "supplier_by_name" "The supplier was told by its name, where only one of the rows states a number."
    SupplierShared "supplier_shared" "Suppliers of this name state different numbers, and this row none: it was given to none of them."
    SupplierRedacted "supplier_redacted" "The supplier's name is withheld."
    StartBlank "start_blank" "There is no start date."
    EndUnknown "end_unknown" "There is neither an end date nor a last extension date: the end is unknown."
    EndBlank "end_blank" "There is no end date, though there is a last extension date."
    FarFutureEnd "far_future_end" "The end is so far off that it may only mean 'no end date'."
    EndBeforeStart "end_before_start" "The end is before the start."
    LastExtensionBeforeEnd "last_extension_before_end" "The last extension ends before the end date."
    ReviewAfterEnd "review_after_end" "The review date is after the end date."
    DateUnreadable "date_unreadable" "This is not a date we can read."
    DateImpossible "date_impossible" "There is no such day."
    DateSerial "date_serial" "A spreadsheet's day number was read as a date."
    DateShortYear "date_short_year" "The year has two digits; its century was assumed."
    DateHasTime "date_has_time" "The date has a time of day, which was dropped; in another time zone it may be the next day."
    DateOrderUnknown "date_order_unknown" "The day or the month may come first in this date."
    ValueBlank "value_blank" "There is no value."
    ValueZero "value_zero" "The value is zero."
    ValueNegative "value_negative" "The amount is negative."
    ValueRedacted "value_redacted" "The amount is withheld."
    ValueNotStated "value_not_stated" "It says that the amount is not stated (POA, TBC, n/a): none is recorded."
    ValueRange "value_range" "This is a range of amounts; its top is recorded."
    ValueQualified "value_qualified" "The amount stands with words that one figure cannot hold."
    ValueUnreadable "value_unreadable" "This is not an amount we can read."
    ValueAbbreviated "value_abbreviated" "The amount is abbreviated (k, m or bn) and may be rounded."
    ValueRounded "value_rounded" "The amount has parts of a penny and was rounded to the nearest."
    AnswerUnclear "answer_unclear" "This is neither yes nor no."
    CostBasisUnclear "cost_basis_unclear" "This does not say whether the cost is fixed or estimated."
    CompanyNumberForm "company_number_form" "A company number is two letters or digits and six digits."
    CharityNumberForm "charity_number_form" "A charity number is six or seven digits, or SC or NIC and six digits."
    CpvCodeForm "cpv_code_form" "A CPV code is eight digits, with or without a check digit."
    RenewalRead "renewal_read" "Extension options were read from text; check them against it."
    RenewalNone "renewal_none" "The text was taken to say that there is no option to extend."
    RenewalNotUnderstood "renewal_not_understood" "The text on extension was not understood; no option was recorded."
    RenewalOverruled "renewal_overruled" "The text on extension says otherwise than the last extension date, which stands."
    ReleaseUnreadable "release_unreadable" "This is not a release that can be read: it is held."
    ReleaseLinked "release_linked" "The record only links to its releases, which are not in the file: it is held."
    ReleaseTooLong "release_too_long" "The release is longer than any that is read: it is held."
    OcidForm "ocid_form" "An Open Contracting ID begins with ocds- and has at most 200 characters: the release is held."
    ReleaseUndated "release_undated" "The release has no date that can be read, so nothing says what it replaces: it is held."
    BuyerBlank "buyer_blank" "The release does not say who buys: it is held."
    BuyerUnknown "buyer_unknown" "The buyer is no council that is known here: the release is held."
    BuyerUnclear "buyer_unclear" "It is not certain which council the buyer is: the release is held."
    CurrencyOther "currency_other" "The amount is not in pounds sterling: no value was recorded."
    ValueOfTender "value_of_tender" "Nothing says what was awarded; the value is what the tender was expected to cost."
    AwardRepeated "award_repeated" "Another award of the process has the same supplier and the same days; it may be the same award, corrected."
    RegisterHasReference "register_has_reference" "The register has a contract with this reference and supplier that names no process: the award is held, since it may be the same."
    RegisterHasProcess "register_has_process" "The register has contracts of this process from elsewhere, and it is not certain which of them this award is: it is held."
    RegisterDiffers "register_differs" "The council's own register says otherwise of this contract, and stands."
    OursStands "ours_stands" "Guildhall's own entry of this contract came from no file: it stands, and the row did not change it."
    LinkForm "link_form" "This is not a web address beginning http:// or https://."
}

/// How many other rows a doubt names before it says "and more". Without a limit, one reference on every
/// row of a large file would fill the memory.
pub(super) const OTHERS_NAMED: usize = 10;

/// One thing a person should look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// The row as a spreadsheet counts, from 1; the header is usually row 1.
    pub row: u32,
    /// The heading as in the file; empty when the doubt is about the whole row.
    pub column: Arc<str>,
    /// What the cell said, untrimmed (a NUL is shown as U+2400). For a quotation mark, the beginning of its line.
    pub raw: String,
    /// Why it is doubted.
    pub why: Why,
    /// Other rows it concerns, at most eleven.
    pub others: Vec<u32>,
    /// What was made of the cell, as a sentence, where that is not plain.
    pub made: Option<Box<str>>,
}

impl Doubt {
    /// Why, in plain English, with what was made of it, naming the other rows it concerns.
    pub fn sentence(&self) -> String {
        let mut sentence = self.why.sentence().to_owned();
        if let Some(made) = &self.made {
            sentence.push(' ');
            sentence.push_str(made);
        }
        let opening = if self.others.len() > 1 {
            " See rows "
        } else {
            " See row "
        };
        for (n, other) in self.others.iter().take(OTHERS_NAMED).enumerate() {
            // Writing to a string cannot fail.
            let _ = write!(sentence, "{}{other}", if n == 0 { opening } else { ", " });
        }
        if self.others.len() > OTHERS_NAMED {
            sentence.push_str(" and more");
        }
        if !self.others.is_empty() {
            sentence.push('.');
        }
        sentence
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn codes_are_snake_case_and_never_shared() {
        let codes: HashSet<_> = Why::ALL.iter().map(|why| why.code()).collect();
        assert_eq!(codes.len(), Why::ALL.len());
        assert!(
            codes
                .iter()
                .all(|code| code.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
        );
        assert!(Why::ALL.iter().all(|why| why.sentence().ends_with('.')));
    }

    #[test]
    fn other_rows_are_named_up_to_ten() {
        let doubt = |others: Vec<u32>| {
            let (column, raw, why) = (Arc::from("Reference"), "A1".to_owned(), Why::ReferenceRepeated);
            Doubt {
                row: 2,
                column,
                raw,
                why,
                others,
                made: None,
            }
            .sentence()
        };
        assert_eq!(
            doubt(vec![3, 9]),
            "The same reference is on other rows. See rows 3, 9."
        );
        assert!(doubt((3..14).collect()).ends_with("11, 12 and more."));
    }
}
