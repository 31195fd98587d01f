//! The shapes of the demonstration's councils, suppliers, products, contracts and needs: plain structs, stored
//! words as enums with a `word()`. References between them are positions in the world's own lists.
//! Pilots and people are in `shapes_pilots`; the text is in the tables beside.

use chrono::NaiveDate;

/// Declares an enum whose variants have the stored word of the product.
macro_rules! words {
    ($(#[$doc:meta])+ $name:ident { $($(#[$note:meta])+ $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$note])+ $variant,)+ }
        impl $name {
            /// The word that is stored and shown for it.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }
    };
}
pub(super) use words;

words! {
    /// What kind of council it is.
    CouncilKind {
        /// Upper tier of a two-tier area.
        County = "county",
        /// Lower tier of a two-tier area.
        District = "district",
        /// English unitary.
        Unitary = "unitary",
        /// Metropolitan district.
        MetropolitanDistrict = "metropolitan_district",
        /// London borough.
        LondonBorough = "london_borough",
        /// Combined authority.
        CombinedAuthority = "combined_authority",
        /// Scottish council.
        ScottishUnitary = "scottish_unitary",
        /// Welsh principal council.
        WelshUnitary = "welsh_unitary",
        /// Northern Irish district.
        NorthernIrelandDistrict = "northern_ireland_district",
    }
}

words! {
    /// Who does the work.
    DeliveryModel {
        /// The council's own staff.
        InHouse = "in_house",
        /// A supplier.
        Outsourced = "outsourced",
        /// Several councils together.
        Shared = "shared",
    }
}

words! {
    /// Where software runs.
    Hosting {
        /// The supplier's cloud.
        Cloud = "cloud",
        /// The council's own machines.
        OnPremises = "on_premises",
    }
}

words! {
    /// What a value stands for.
    ValueBasis {
        /// The initial term.
        WholeTerm = "whole_term",
        /// A year.
        Yearly = "yearly",
    }
}

words! {
    /// How a contract was let.
    ProcessType {
        /// Open to all.
        Open = "open",
        /// The two-stage procedure of the older regulations.
        Restricted = "restricted",
        /// Competitive flexible procedure (Procurement Act 2023).
        CompetitiveFlexible = "competitive_flexible",
        /// Call-off from a framework.
        FrameworkCallOff = "framework_call_off",
        /// Without competition.
        DirectAward = "direct_award",
        /// Three quotations.
        Quotation = "quotation",
        /// Light touch.
        LightTouch = "light_touch",
        /// The council's own service: nothing was bought.
        NotTendered = "not_tendered",
    }
}

words! {
    /// The stored state of a contract.
    Standing {
        /// Agreed, not begun.
        Pending = "pending",
        /// Running, or ended by its date.
        Active = "active",
        /// Ended before its date.
        Terminated = "terminated",
        /// Never begun.
        Cancelled = "cancelled",
    }
}

words! {
    /// What became of a right to extend.
    OptionState {
        /// Can still be used.
        Available = "available",
        /// Was used.
        Exercised = "exercised",
        /// The council chose not to.
        Declined = "declined",
        /// Nobody decided in time.
        Lapsed = "lapsed",
    }
}

words! {
    /// A supplier's size by its staff.
    SupplierSize {
        /// Fewer than 10.
        Micro = "micro",
        /// Fewer than 50.
        Small = "small",
        /// Fewer than 250.
        Medium = "medium",
        /// 250 or more: not an SME.
        Large = "large",
    }
}

words! {
    /// The state of a product page.
    ProductState {
        /// Being written.
        Draft = "draft",
        /// Can be found.
        Published = "published",
        /// No longer sold.
        Archived = "archived",
    }
}

words! {
    /// The state of a need.
    NeedState {
        /// Being written.
        Draft = "draft",
        /// Others can read it and say "us too".
        Stated = "stated",
        /// Something answers it.
        Met = "met",
        /// Taken back.
        Withdrawn = "withdrawn",
    }
}

/// A real council, as of the day the table was written.
#[derive(Debug, Clone, PartialEq)]
pub struct DemoCouncil {
    /// Its GSS code.
    pub gss: &'static str,
    /// Lower-case name for addresses.
    pub slug: &'static str,
    /// Official name.
    pub name: &'static str,
    /// The place, as its people say it.
    pub place: &'static str,
    /// Its kind.
    pub kind: CouncilKind,
    /// England, Scotland, Wales or Northern Ireland.
    pub nation: &'static str,
    /// English region; elsewhere the nation.
    pub region: &'static str,
    /// Residents in 2020.
    pub population: u32,
    /// Letters of what it provides: see `councils`.
    pub provides: &'static str,
    /// The council's style of reference: `{yy}`, `{yyyy}` (start year) and `{n}`.
    pub reference_style: &'static str,
}

/// An invented supplier.
#[derive(Debug, Clone, PartialEq)]
pub struct DemoSupplier {
    /// Trading name.
    pub name: &'static str,
    /// Of valid form, in a range that is not issued.
    pub companies_house: Option<String>,
    /// Of valid form, in a range that is not issued.
    pub charity: Option<String>,
    /// Size.
    pub size: SupplierSize,
    /// People employed.
    pub staff: u32,
    /// Voluntary, community or social enterprise.
    pub vcse: bool,
    /// England, Scotland, Wales or Northern Ireland.
    pub nation: &'static str,
    /// English region; elsewhere the nation.
    pub region: &'static str,
    /// Town.
    pub town: &'static str,
    /// An address that cannot exist.
    pub website: String,
    /// What it does, in a sentence.
    pub summary: &'static str,
}

/// A product of an invented supplier.
#[derive(Debug, Clone, PartialEq)]
pub struct DemoProduct {
    /// Whose it is.
    pub supplier: usize,
    /// Name.
    pub name: &'static str,
    /// One line.
    pub summary: &'static str,
    /// What it does.
    pub description: &'static str,
    /// Services it serves.
    pub lgsl: &'static [u16],
    /// CPV codes it falls under.
    pub cpv: &'static [&'static str],
    /// Where it runs.
    pub hosting: Option<Hosting>,
    /// What it talks to.
    pub integrations: &'static [&'static str],
    /// How it is charged.
    pub price_model: &'static str,
    /// Standards it keeps.
    pub standards: &'static [&'static str],
    /// State of its page.
    pub state: ProductState,
}

/// A right to lengthen a contract.
#[derive(Debug, Clone, PartialEq)]
pub struct DemoExtension {
    /// From 1.
    pub ordinal: u32,
    /// Its length.
    pub months: u32,
    /// Last day to tell the supplier, where the contract says so.
    pub notice_by: Option<NaiveDate>,
    /// What became of it.
    pub state: OptionState,
}

/// An entry of a council's register.
#[derive(Debug, Clone, PartialEq)]
pub struct DemoContract {
    /// Whose register it is in.
    pub council: usize,
    /// Who else buys.
    pub also_buyers: Vec<usize>,
    /// Who supplies it; nobody for an in-house service.
    pub suppliers: Vec<usize>,
    /// In the council's own style; blank in a few.
    pub reference: Option<String>,
    /// Title.
    pub title: String,
    /// A sentence or two; blank in a few.
    pub description: Option<String>,
    /// Department; blank in a few.
    pub department: Option<&'static str>,
    /// Eight digits.
    pub cpv_code: &'static str,
    /// Local Government Service List code, where one fits.
    pub lgsl: Option<u16>,
    /// Blank in a few.
    pub value_pence: Option<i64>,
    /// What the value stands for.
    pub value_basis: ValueBasis,
    /// Estimated, not fixed.
    pub value_estimated: bool,
    /// First day.
    pub starts_on: Option<NaiveDate>,
    /// Last day of the initial term.
    pub initial_ends_on: Option<NaiveDate>,
    /// Review date.
    pub review_on: Option<NaiveDate>,
    /// Notice in months.
    pub notice_period_months: Option<u32>,
    /// Notice in days; never beside months.
    pub notice_period_days: Option<u32>,
    /// Renews itself by so many months unless notice is served.
    pub auto_renew_months: Option<u32>,
    /// Rights to extend, in order.
    pub extensions: Vec<DemoExtension>,
    /// The "last extension date" of registers that say only that.
    pub latest_ends_on: Option<NaiveDate>,
    /// Who does the work.
    pub delivery_model: DeliveryModel,
    /// Where software runs.
    pub hosting: Option<Hosting>,
    /// How it was let.
    pub process_type: ProcessType,
    /// The system it pays for.
    pub product_name: Option<&'static str>,
    /// That system in the market's list, where it is there.
    pub product: Option<usize>,
    /// Stored state.
    pub standing: Standing,
    /// Ended early on this day.
    pub terminated_on: Option<NaiveDate>,
    /// Another contract took over on this day.
    pub replaced_on: Option<NaiveDate>,
    /// Past its end and still running.
    pub holding_over: bool,
    /// A planned procurement notice was published.
    pub planned_notice: bool,
}

/// A problem that a council states before any tender.
#[derive(Debug, Clone, PartialEq)]
pub struct DemoNeed {
    /// Who states it.
    pub council: usize,
    /// Title.
    pub title: &'static str,
    /// The problem, in their words.
    pub problem: &'static str,
    /// What would be better.
    pub outcomes: &'static str,
    /// Systems it must work with.
    pub systems: Option<&'static str>,
    /// Service.
    pub lgsl: Option<u16>,
    /// Eight digits.
    pub cpv_code: &'static str,
    /// Lowest of the budget band.
    pub budget_min_pence: i64,
    /// Highest of the budget band.
    pub budget_max_pence: i64,
    /// When it is wanted.
    pub needed_by: NaiveDate,
    /// State.
    pub state: NeedState,
    /// Councils that said "us too".
    pub us_too: Vec<usize>,
}
