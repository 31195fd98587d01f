//! A doubt: what a person should look at, by row, column, raw value and why.

/// Something in a file that a person should look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// As a spreadsheet counts: the heading is row 1.
    pub row: u32,
    /// The heading as the file has it; empty when the doubt is about the whole row.
    pub column: String,
    /// The cell as it came.
    pub raw: String,
    /// Why.
    pub why: Why,
}

macro_rules! whys {
    ($($(#[$doc:meta])* $why:ident = $code:literal, $words:literal;)*) => {
        /// Why a cell or row is doubted.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Why { $($(#[$doc])* $why,)* }

        impl Why {
            /// A stable code.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$why => $code,)* }
            }

            /// In plain English.
            pub const fn words(self) -> &'static str {
                match self { $(Self::$why => $words,)* }
            }
        }
    };
}

whys! {
    /// No end date, and no last extension date either.
    EndUnknown = "end_unknown", "there is no end date, so it has no windows";
    /// No end date; the last extension date is all there is.
    OnlyLastExtension = "only_last_extension", "there is no end date; the last extension date is taken as the end";
    /// An end such as 2050 or 2099.
    FarFuture = "far_future", "nobody knows so far ahead: the date is kept, and treated as unknown";
    /// The last extension ends before the contract does.
    ExtensionBeforeEnd = "extension_before_end", "the last extension date is before the end date: the end date is taken";
    /// It ends before it starts.
    EndBeforeStart = "end_before_start", "the end date is before the start date";
    /// The review is after the end.
    ReviewAfterEnd = "review_after_end", "the review date is after the end date";
    /// A date that does not exist or cannot be read.
    NotADate = "not_a_date", "this is not a date that exists";
    /// A spreadsheet's day number.
    SerialDate = "serial_date", "a spreadsheet's day number, read as a date";
    /// No value.
    NoValue = "no_value", "there is no value";
    /// A value of nothing.
    ZeroValue = "zero_value", "the value is zero";
    /// A negative value.
    Negative = "negative", "the value is negative";
    /// A value that was blacked out.
    Redacted = "redacted", "the value is redacted";
    /// A value that cannot be read.
    NotAnAmount = "not_an_amount", "this is not an amount of money";
    /// A company number of no known form.
    NotACompanyNumber = "not_a_company_number", "a company number has two letters or digits and six digits";
    /// A CPV code of no known form.
    NotACpvCode = "not_a_cpv_code", "a CPV code has eight digits";
    /// No reference.
    NoReference = "no_reference", "there is no reference: it is known again by title, supplier and start";
    /// A reference that other rows have too.
    RepeatedReference = "repeated_reference", "other rows have this reference: told apart by title, supplier and start";
    /// The same in every cell as an earlier row.
    RepeatedRow = "repeated_row", "every cell is the same as in an earlier row";
    /// No title; the description stands in.
    NoTitle = "no_title", "there is no title: the description is taken";
    /// No supplier.
    NoSupplier = "no_supplier", "there is no supplier";
    /// Neither title nor description.
    Nameless = "nameless", "there is neither title nor description: the row is held";
    /// NUL or other control characters.
    ControlCharacters = "control_characters", "characters that cannot be shown were taken out";
    /// More cells than headings.
    TooManyCells = "too_many_cells", "the row has more cells than there are headings: the rest are kept aside";
}
