//! The shapes of the demonstration's pilots, bids, saved searches and people.
//! Every date is a working day in the order a loader can replay: published, asked, answered, submitted,
//! deadline, scored, decided. References are positions in the world's own lists.

use super::shapes::{CouncilKind, words};
use chrono::NaiveDate;

words! {
    /// The stored state of a pilot.
    PilotState {
        /// Being written.
        Draft = "draft",
        /// A colleague is reading it.
        InReview = "in_review",
        /// Published: open until its deadline.
        Published = "published",
        /// Bids are opened and being scored.
        Evaluating = "evaluating",
        /// Decided for a bid.
        Awarded = "awarded",
        /// Decided for none.
        NoneSuitable = "none_suitable",
        /// Stopped by the council after publication.
        Cancelled = "cancelled",
        /// Taken back before it was published.
        Withdrawn = "withdrawn",
    }
}

words! {
    /// Who may bid.
    Reservation {
        /// Anyone.
        None = "none",
        /// Small and medium enterprises.
        Sme = "sme",
        /// Voluntary, community and social enterprises.
        Vcse = "vcse",
        /// Suppliers of the area and its neighbours.
        Local = "local",
    }
}

words! {
    /// The state of a question.
    QuestionState {
        /// Waiting.
        Asked = "asked",
        /// Answered for all to read.
        AnsweredAndPublished = "answered_and_published",
        /// Answered to the asker.
        AnsweredPrivately = "answered_privately",
        /// Not answered.
        Rejected = "rejected",
    }
}

words! {
    /// The state of a bid.
    BidState {
        /// Being written.
        Draft = "draft",
        /// In, in time.
        Submitted = "submitted",
        /// Taken back by its bidder.
        Withdrawn = "withdrawn",
        /// Put aside by the council.
        Disqualified = "disqualified",
        /// Won.
        Awarded = "awarded",
        /// Lost.
        NotAwarded = "not_awarded",
    }
}

words! {
    /// The kinds of window a search can ask for.
    WindowKind {
        /// Review.
        Review = "review",
        /// Extension decision.
        ExtensionDecision = "extension_decision",
        /// Notice of an auto-renewing contract.
        Notice = "notice",
        /// Market engagement.
        MarketEngagement = "market_engagement",
        /// Re-procurement.
        ReProcurement = "re_procurement",
        /// Expiry.
        Expiry = "expiry",
        /// Ended and still running.
        HoldingOver = "holding_over",
    }
}

words! {
    /// How often a search is mailed.
    Frequency {
        /// At once.
        Immediate = "immediate",
        /// Once a day.
        Daily = "daily",
        /// Once a week.
        Weekly = "weekly",
    }
}

words! {
    /// What someone does here.
    DemoRole {
        /// Keeps a council's register, writes pilots.
        Officer = "officer",
        /// Scores bids.
        Evaluator = "evaluator",
        /// Agrees to publish and to award.
        Approver = "approver",
        /// Reads.
        Viewer = "viewer",
        /// Runs a supplier's pages and bids.
        SupplierMember = "supplier_member",
        /// Runs the service.
        Operator = "operator",
    }
}

/// What bids are judged by.
#[derive(Debug, Clone, PartialEq)]
pub struct DemoCriterion {
    /// Name.
    pub name: &'static str,
    /// What a good answer shows.
    pub description: &'static str,
    /// Out of 100 over the pilot.
    pub weight: u32,
    /// The price: has no answer, and its score is derived.
    pub is_price: bool,
}

/// A question and its answer.
#[derive(Debug, Clone, PartialEq)]
pub struct DemoQuestion {
    /// The supplier that asked; never shown.
    pub asked_by: usize,
    /// The question.
    pub question: &'static str,
    /// The answer.
    pub answer: Option<&'static str>,
    /// State.
    pub state: QuestionState,
    /// Day it was asked.
    pub asked_on: NaiveDate,
    /// Day it was answered.
    pub answered_on: Option<NaiveDate>,
}

/// A score with its reason.
#[derive(Debug, Clone, PartialEq)]
pub struct DemoScore {
    /// Out of 100.
    pub score: u32,
    /// Why.
    pub reason: &'static str,
}

/// The answer to one quality criterion.
#[derive(Debug, Clone, PartialEq)]
pub struct DemoAnswer {
    /// Position in the pilot's criteria.
    pub criterion: usize,
    /// What the bidder says.
    pub text: &'static str,
    /// What the evaluators made of it, once scored.
    pub score: Option<DemoScore>,
}

/// An offer for a pilot.
#[derive(Debug, Clone, PartialEq)]
pub struct DemoBid {
    /// Bidder.
    pub supplier: usize,
    /// State.
    pub state: BidState,
    /// Day it came in.
    pub submitted_on: NaiveDate,
    /// One for each quality criterion, in order.
    pub answers: Vec<DemoAnswer>,
    /// Price, within the cap.
    pub price_pence: i64,
    /// What the council tells this bidder with the outcome.
    pub feedback: Option<&'static str>,
}

/// A small, capped, time-boxed opportunity.
#[derive(Debug, Clone, PartialEq)]
pub struct DemoPilot {
    /// Whose it is.
    pub council: usize,
    /// The need it answers.
    pub need: Option<usize>,
    /// Title.
    pub title: &'static str,
    /// What it is.
    pub summary: &'static str,
    /// What would count as success.
    pub success_measures: &'static [&'static str],
    /// The most it may cost, VAT excluded.
    pub cap_pence: i64,
    /// Its length.
    pub weeks: u32,
    /// When the council decides to stop or to scale.
    pub decides_on: NaiveDate,
    /// Service.
    pub lgsl: Option<u16>,
    /// Eight digits.
    pub cpv_code: &'static str,
    /// Criteria; weights add to 100 and one is the price.
    pub criteria: Vec<DemoCriterion>,
    /// Who may bid.
    pub reservation: Reservation,
    /// State.
    pub state: PilotState,
    /// Day it was published.
    pub published_on: Option<NaiveDate>,
    /// Day of the deadline (the loader gives the hour).
    pub deadline_on: NaiveDate,
    /// Day it was awarded, ended without award, cancelled or withdrawn.
    pub decided_on: Option<NaiveDate>,
    /// Why it ended as it did.
    pub outcome_reason: Option<&'static str>,
    /// Questions in the order asked.
    pub questions: Vec<DemoQuestion>,
    /// Bids in the order received.
    pub bids: Vec<DemoBid>,
}

/// What a person asked to be told of. An empty list asks for all.
#[derive(Debug, Clone, PartialEq)]
pub struct DemoSearch {
    /// Whose: a position in `people`.
    pub person: usize,
    /// Name.
    pub name: &'static str,
    /// Kinds of window.
    pub window_kinds: &'static [WindowKind],
    /// Regions.
    pub regions: &'static [&'static str],
    /// Kinds of council.
    pub council_kinds: &'static [CouncilKind],
    /// CPV codes that begin so.
    pub cpv_prefixes: &'static [&'static str],
    /// Words in title or description.
    pub words: Option<&'static str>,
    /// Tell of new pilots too.
    pub pilots: bool,
    /// Tell of new needs too.
    pub needs: bool,
    /// How often.
    pub frequency: Frequency,
}

/// Where a person belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Home {
    /// A council, by position.
    Council(usize),
    /// A supplier, by position.
    Supplier(usize),
    /// The service itself.
    Platform,
}

/// A person. Nobody has a passphrase here: the loader chooses.
#[derive(Debug, Clone, PartialEq)]
pub struct DemoPerson {
    /// Name.
    pub name: String,
    /// Unique, under `.example`.
    pub email: String,
    /// Job.
    pub job_title: &'static str,
    /// Role.
    pub role: DemoRole,
    /// Where.
    pub home: Home,
    /// One of the cast a visitor signs in as; the others only act for their council or supplier.
    pub signs_in: bool,
}
