//! The table of law in the graph, and what it says of a pilot.

use super::errors::{Told, payload};
use super::ids::{Id, Sort};
use super::paging::{self, connection};
use super::relations::BookOf;
use crate::access::Viewer;
use crate::councils::facts::Nation;
use crate::law::{self, Entry, Guidance, LawErrorCode, Rule, Said};
use crate::pilots::{self, Pilot};
use crate::runtime::App;
use crate::runtime::clock::london_date;
use async_graphql::{Context, InputObject, MaybeUndefined, Object, Result};
use chrono::NaiveDate;

/// The table of law, to read.
#[derive(Debug, Default)]
pub struct LawQuery;

/// The table of law, to correct.
#[derive(Debug, Default)]
pub struct LawMutation;

/// A dated rule of procurement law, with its source: guidance, and not legal advice.
#[derive(Clone, Debug)]
pub struct LawEntry(Entry);

connection!(LawConnection, LawEdge, LawEntry, "dated rules");

payload! {
    /// What became of adding a rule.
    LawAddPayload { entry: LawEntry } LawAddError(LawErrorCode)
}
payload! {
    /// What became of correcting a rule.
    LawCorrectPayload { entry: LawEntry } LawCorrectError(LawErrorCode, current_version)
}

/// A dated rule to add.
#[derive(Debug, InputObject)]
pub struct LawAddInput {
    /// What it is a rule of.
    rule: Rule,
    /// Where it is in force; in every nation, if it is left out.
    nation: Option<Nation>,
    /// In the rule's own unit; left out where the rule only is in force.
    amount: Option<i64>,
    /// Whether the amount counts VAT.
    #[graphql(default = false)]
    with_vat: bool,
    /// Its first day.
    from_on: NaiveDate,
    /// Its last day; in force until further notice, if it is left out.
    to_on: Option<NaiveDate>,
    /// Where it is written.
    source: String,
}

/// What is corrected in a dated rule. What is left out stays as it is; null takes away what may be lacking.
#[derive(Debug, InputObject)]
pub struct LawCorrectInput {
    /// The dated rule.
    entry: Id,
    /// The version of it that this is based on.
    version: i32,
    /// In the rule's own unit.
    amount: MaybeUndefined<i64>,
    /// Whether the amount counts VAT.
    with_vat: Option<bool>,
    /// Its first day.
    from_on: Option<NaiveDate>,
    /// Its last day; in force until further notice, if it is null.
    to_on: MaybeUndefined<NaiveDate>,
    /// Where it is written.
    source: Option<String>,
}

impl LawCorrectInput {
    fn apply(self, said: &mut Said) {
        match self.amount {
            MaybeUndefined::Value(amount) => said.amount = Some(amount),
            MaybeUndefined::Null => said.amount = None,
            MaybeUndefined::Undefined => {}
        }
        match self.to_on {
            MaybeUndefined::Value(last) => said.to_on = Some(last),
            MaybeUndefined::Null => said.to_on = None,
            MaybeUndefined::Undefined => {}
        }
        said.with_vat = self.with_vat.unwrap_or(said.with_vat);
        said.from_on = self.from_on.unwrap_or(said.from_on);
        said.source = self.source.unwrap_or_else(|| std::mem::take(&mut said.source));
    }
}

#[Object]
impl LawQuery {
    /// The dated rules of procurement law that this Guildhall goes by, with their sources: thresholds, from which value
    /// notices are due, who may be reserved for. Guidance, and not legal advice.
    async fn law(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Those in force on this day; all, past and to come, if not given.")] as_of: Option<
            NaiveDate,
        >,
        #[graphql(desc = "How many, at most 100; 20 if not given.")] first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
    ) -> Result<LawConnection> {
        let app = ctx.data_unchecked::<App>();
        let cut = paging::cut(first, after.as_deref())?;
        let page = law::list(app, as_of, &cut).await.told(ctx)?;
        Ok(paging::slice(page, LawEntry).into())
    }
}

#[Object]
impl LawMutation {
    /// Adds a dated rule to the table of law, for pilots published from then on. Needs an operator.
    async fn law_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rule.")] input: LawAddInput,
    ) -> Result<LawAddPayload> {
        let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>());
        let said = Said {
            rule: input.rule,
            nation: input.nation,
            amount: input.amount,
            with_vat: input.with_vat,
            from_on: input.from_on,
            to_on: input.to_on,
            source: input.source,
        };
        LawAddPayload::of(ctx, law::add(app, viewer, said).await.map(LawEntry))
    }

    /// Corrects a dated rule of the table of law, on the record. What was published keeps the reasons it was published
    /// with. Needs an operator.
    async fn law_correct(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is corrected.")] input: LawCorrectInput,
    ) -> Result<LawCorrectPayload> {
        let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>());
        let (entry, version) = (input.entry.of(Sort::Law)?, input.version);
        let corrected = law::correct(app, viewer, entry, version, |said| input.apply(said)).await;
        LawCorrectPayload::of(ctx, corrected.map(LawEntry))
    }
}

/// A dated rule of procurement law, with its source: guidance, and not legal advice.
#[Object]
impl LawEntry {
    /// Opaque identifier.
    async fn id(&self) -> Id {
        Id::new(Sort::Law, self.0.id)
    }
    /// What it is a rule of.
    async fn rule(&self) -> Rule {
        self.0.said.rule
    }
    /// Where it is in force; in every nation, if it is null.
    async fn nation(&self) -> Option<Nation> {
        self.0.said.nation
    }
    /// In the rule's own unit; null where the rule only is in force.
    async fn amount(&self) -> Option<i64> {
        self.0.said.amount
    }
    /// Whether the amount counts VAT.
    async fn with_vat(&self) -> bool {
        self.0.said.with_vat
    }
    /// Its first day.
    async fn from_on(&self) -> NaiveDate {
        self.0.said.from_on
    }
    /// Its last day; in force until further notice, if it is null.
    async fn to_on(&self) -> Option<NaiveDate> {
        self.0.said.to_on
    }
    /// Where it is written.
    async fn source(&self) -> &str {
        &self.0.said.source
    }
    /// Counts its changes: what corrects it says which version it is based on.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// What the table of law says of a pilot on a day.
#[derive(Clone, Debug)]
pub struct PilotGuidance(Guidance);

/// What the table says of a pilot: on a day that is given, on that of its publication, or today.
pub(super) async fn of_pilot(
    ctx: &Context<'_>,
    pilot: &Pilot,
    as_of: Option<NaiveDate>,
) -> Result<PilotGuidance> {
    let app = ctx.data_unchecked::<App>();
    let book = super::relations::refer(ctx, BookOf).await?.unwrap_or_default();
    let published = pilot.published_at.map(london_date);
    let on = as_of.or(published).unwrap_or_else(|| app.clock.today());
    Ok(PilotGuidance(pilots::guidance(&book, pilot, on)))
}

/// What the table of law says of a pilot: guidance, and not legal advice.
#[Object]
impl PilotGuidance {
    /// The day it is told of.
    async fn as_of(&self) -> NaiveDate {
        self.0.on
    }
    /// The pilot's estimated value in pence, as the threshold counts it: the cap, with VAT at the standard rate where the
    /// threshold counts VAT. Null where the table does not know.
    async fn estimated_value_pence(&self) -> Option<i64> {
        self.0.estimated_pence
    }
    /// The threshold that applies to what it buys, in the council's nation; null where the table knows none.
    async fn threshold(&self) -> Option<LawEntry> {
        self.0.threshold.clone().map(LawEntry)
    }
    /// Whether it is below the threshold; null where the table does not know.
    async fn below_threshold(&self) -> Option<bool> {
        self.0.below_threshold
    }
    /// From which value on contracts need notices; null where the table does not know.
    async fn notifiable_from(&self) -> Option<LawEntry> {
        self.0.notifiable_from.clone().map(LawEntry)
    }
    /// Whether it needs notices; null where the table does not know.
    async fn notifiable(&self) -> Option<bool> {
        self.0.notifiable
    }
    /// The least standstill between telling the bidders and the contract, in working days; null where none is due. An award
    /// stands still for so long, or for as long as the pilot chose if that is more.
    async fn standstill(&self) -> Option<LawEntry> {
        self.0.standstill.clone().map(LawEntry)
    }
    /// The rule that its reservation rests on; null where it is not reserved, or no rule is in force.
    async fn reservation(&self) -> Option<LawEntry> {
        self.0.reservation.clone().map(LawEntry)
    }
    /// Every reason why it may not be so reserved; empty where it may, or is not reserved.
    async fn reservation_refused_because(&self) -> &[String] {
        &self.0.against
    }
    /// What all of this is.
    async fn note(&self) -> &'static str {
        "Guidance from the figures that this Guildhall goes by, and not legal advice."
    }
}
