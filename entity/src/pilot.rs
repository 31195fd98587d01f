//! A small, capped, time-boxed opportunity.

use sea_orm::entity::prelude::*;

/// A small, capped, time-boxed opportunity.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "pilot")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub council_id: Uuid,
    pub need_id: Option<Uuid>,
    pub title: String,
    pub summary: String,
    pub success_measures: String,
    /// The most it may cost, VAT excluded.
    pub cap_pence: i64,
    pub weeks: i32,
    /// Systems it must work with.
    pub systems: Option<String>,
    /// Questions are taken strictly before it; until the deadline, if it is not said.
    pub questions_until: Option<DateTimeUtc>,
    /// When the council means to tell the bidders.
    pub award_on: Option<Date>,
    /// When work starts.
    pub starts_on: Option<Date>,
    /// When the council decides to stop or to scale.
    pub decides_on: Option<Date>,
    pub lgsl: Option<i32>,
    pub cpv: Option<String>,
    /// goods_and_services, works or light_touch: which threshold counts.
    pub category: String,
    /// none, sme, vcse or local.
    pub reservation: String,
    /// Why the reservation was lawful on the day it was published.
    pub lawful_because: Option<String>,
    /// Evaluators see no supplier's name while they score.
    pub suppliers_unnamed: bool,
    /// Prices open once the quality is scored and locked.
    pub price_after_quality: bool,
    /// lowest_over_price, lowest_to_cap or share_of_cap.
    pub price_formula: String,
    /// quality_price_receipt or drawn_lots.
    pub tie_rule: String,
    /// Working days between telling the bidders and the contract; 0 for none.
    pub standstill_days: i32,
    /// The pilot that it was copied from, another council's maybe.
    pub copied_from: Option<Uuid>,
    /// Who wrote it last.
    pub written_by: Option<Uuid>,
    /// Who else has approved what was written.
    pub approved_by: Option<Uuid>,
    /// approved or sent_back: what came of its last review.
    pub review: Option<String>,
    pub review_note: Option<String>,
    /// draft, in_review, published, evaluating, awarded, none_suitable, cancelled or withdrawn.
    pub state: String,
    /// Bids are in time strictly before it.
    pub deadline_at: Option<DateTimeUtc>,
    /// When its bids were taken out of the tender box.
    pub opened_at: Option<DateTimeUtc>,
    pub published_at: Option<DateTimeUtc>,
    pub decided_at: Option<DateTimeUtc>,
    /// An award stands still until then.
    pub standstill_until: Option<DateTimeUtc>,
    /// Why it was awarded as it was, or ended without an award.
    pub outcome_reason: Option<String>,
    /// The award, in the register.
    pub contract_id: Option<Uuid>,
    /// Whoever asked has been told that its deadline is near.
    pub closing_announced: bool,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub version: i32,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
