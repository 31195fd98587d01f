//! What a pilot says: what is to be tried, by when, for whom, and how bids are judged. Plain values; whether they make
//! sense is for [`super::rules`] to say.

use crate::law::{Category, Rule};
use crate::runtime::words;
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

/// What a pilot says when it is drafted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The need it answers.
    pub need_id: Option<Uuid>,
    /// In a line.
    pub title: String,
    /// What is to be tried.
    pub summary: String,
    /// What would make it a success.
    pub success_measures: String,
    /// Systems it must work with.
    pub systems: Option<String>,
    /// The most it may cost, in pence without VAT.
    pub cap_pence: i64,
    /// How long it runs.
    pub weeks: i32,
    /// Questions are taken strictly before it; until the deadline, if it is not said.
    pub questions_until: Option<DateTime<Utc>>,
    /// When the council means to tell the bidders.
    pub award_on: Option<NaiveDate>,
    /// When work starts.
    pub starts_on: Option<NaiveDate>,
    /// When the council decides to stop or to scale.
    pub decides_on: Option<NaiveDate>,
    /// Local Government Service List code.
    pub lgsl: Option<i32>,
    /// Common Procurement Vocabulary code, eight digits.
    pub cpv: Option<String>,
    /// Which threshold counts.
    pub category: Category,
    /// Who may bid.
    pub reservation: Reservation,
    /// What bids are judged by.
    pub criteria: Vec<Criterion>,
    /// How a price becomes points.
    pub price_formula: PriceFormula,
    /// Who wins when totals are alike.
    pub tie_rule: TieRule,
    /// Evaluators see no supplier's name while they score.
    pub suppliers_unnamed: bool,
    /// Prices open once the quality is scored and locked.
    pub price_after_quality: bool,
    /// Working days between telling the bidders and the contract; 0 for none.
    pub standstill_days: i32,
}

impl Default for Draft {
    /// Says nothing yet; judged as most pilots are.
    fn default() -> Self {
        Self {
            need_id: None,
            title: String::new(),
            summary: String::new(),
            success_measures: String::new(),
            systems: None,
            cap_pence: 0,
            weeks: 0,
            questions_until: None,
            award_on: None,
            starts_on: None,
            decides_on: None,
            lgsl: None,
            cpv: None,
            category: Category::GoodsAndServices,
            reservation: Reservation::None,
            criteria: Vec::new(),
            price_formula: PriceFormula::LowestOverPrice,
            tie_rule: TieRule::QualityPriceReceipt,
            suppliers_unnamed: false,
            price_after_quality: false,
            standstill_days: 0,
        }
    }
}

/// What bids are judged by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Criterion {
    /// Its place, from 1.
    pub ordinal: i32,
    /// Quality or price.
    pub kind: CriterionKind,
    /// Name.
    pub name: String,
    /// What is looked for.
    pub description: String,
    /// Out of 100 over the whole pilot.
    pub weight: i32,
}

words! {
    /// How a criterion is scored.
    CriterionKind {
        /// By evaluators, out of 100, with reasons.
        Quality = "quality",
        /// By the pilot's price formula.
        Price = "price",
    }
}

words! {
    /// How a bid's price becomes points out of 100. Rounded down to the hundredth of a point; a cheaper bid never gets
    /// fewer.
    PriceFormula {
        /// 100 x lowest price / this price. The lowest gets 100; twice as much gets 50.
        LowestOverPrice = "lowest_over_price",
        /// 100 x (cap - this price) / (cap - lowest price): a straight line from 100 for the lowest price to 0 at the
        /// cap. Where the lowest is at the cap, so are all, and all get 100.
        LowestToCap = "lowest_to_cap",
        /// 100 x (cap - this price) / cap: what is saved of the cap. Does not depend on the other bids.
        ShareOfCap = "share_of_cap",
    }
}

words! {
    /// Who wins when two totals are alike.
    TieRule {
        /// The higher score for quality; then the lower price; then the earlier receipt.
        QualityPriceReceipt = "quality_price_receipt",
        /// Lots are drawn, and how is on the record.
        DrawnLots = "drawn_lots",
    }
}

words! {
    /// Who may bid for a pilot.
    Reservation {
        /// Anybody.
        None = "none",
        /// Small and medium enterprises: their profile says micro, small or medium.
        Sme = "sme",
        /// Voluntary, community and social enterprises: their profile says so.
        Vcse = "vcse",
        /// Suppliers of the council's own or a bordering area. They declare it; the council checks.
        Local = "local",
    }
}

impl Reservation {
    /// The rule of law that it rests on, and whom it is for, in words; none where anybody may bid.
    pub fn rests_on(self) -> Option<(Rule, &'static str)> {
        match self {
            Self::None => None,
            Self::Sme => Some((Rule::ReserveSme, "small and medium enterprises")),
            Self::Vcse => Some((Rule::ReserveVcse, "voluntary, community and social enterprises")),
            Self::Local => Some((Rule::ReserveLocal, "suppliers of their own or a bordering area")),
        }
    }
}

words! {
    /// What came of a review.
    #[graphql(name = "PilotReviewDecision")]
    Decision {
        /// It can be published as it is.
        Approved = "approved",
        /// It is a draft again, with a note that says what to mend.
        SentBack = "sent_back",
    }
}

/// What came of the last review of what is written now, or was until it was sent back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// Approved, or sent back.
    pub decision: Decision,
    /// What the reviewer says.
    pub note: Option<String>,
}
