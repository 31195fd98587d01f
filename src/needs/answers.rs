//! What suppliers answer to needs, with products or a short note: for the council that stated the need, those that say
//! "us too" to it, and the supplier itself. Nobody else learns of an answer, nor how many there are.

mod store;

use super::{Need, State, visible};
use crate::access::{Action, Permit, Resource, Viewer, authorize, may, signed_in};
use crate::audit;
use crate::runtime::page::{Cut, Page};
use crate::runtime::{App, Error, Stop, Wrong, based_on, words};
use crate::suppliers::products::{self, Product};
use chrono::{DateTime, Utc};
use sea_orm::DatabaseTransaction;
use std::collections::HashMap;
use uuid::Uuid;

/// Products that one answer may name.
const MOST_PRODUCTS: usize = 20;

/// What a supplier offers in answer to a need.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offer {
    /// Published products of its own, in its order.
    pub products: Vec<Uuid>,
    /// How it would help, in a few lines.
    pub note: Option<String>,
}

/// An answer to a need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Identifier.
    pub id: Uuid,
    /// To which need.
    pub need_id: Uuid,
    /// Whose it is.
    pub supplier_id: Uuid,
    /// What it offers.
    pub offer: Offer,
    /// Whether it stands.
    pub state: AnswerState,
    /// When it was given.
    pub answered_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Counts its changes.
    pub version: i32,
}

words! {
    /// The state of an answer to a need.
    #[graphql(name = "NeedAnswerState")]
    AnswerState {
        /// It stands: the councils read it.
        Given = "given",
        /// Taken back: only its supplier sees it.
        Withdrawn = "withdrawn",
    }
}

/// Why an answer was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum NeedAnswerErrorCode {
    /// It names no product and has no note, or the note is over 2,000 bytes.
    BadText,
    /// A product is not a published one of the supplier's.
    UnknownProduct,
    /// It names more than 20 products.
    TooMany,
    /// The need has been met or withdrawn, or was never stated.
    Ended,
    /// The supplier has answered: revise the answer.
    AlreadyAnswered,
    /// The answer was taken back: answer again.
    Withdrawn,
    /// It was changed since the version this was based on.
    Conflict,
}

use NeedAnswerErrorCode as Code;

/// Which answers; every part that is given must hold.
#[derive(Clone, Debug, Default)]
pub struct AnswerFilter {
    /// To this need.
    pub need: Option<Uuid>,
    /// Of this supplier.
    pub supplier: Option<Uuid>,
}

/// Answers a need for a supplier.
///
/// # Errors
/// Every reason it makes no sense; or the viewer may not.
pub async fn answer(
    app: &App,
    viewer: &Viewer,
    need: Uuid,
    supplier_id: Uuid,
    offer: Offer,
) -> Result<Answer, Stop<Code>> {
    let permit = authorize(viewer, Action::AnswerNeed, Resource::Supplier(supplier_id))?;
    let published = published_of(app, &offer).await?;
    let txn = app.db.begin().await?;
    let found = super::store::one(&txn, need).await?;
    let found = found
        .filter(|need| visible(viewer, need))
        .ok_or(Error::NotFound)?;
    let known = store::of_supplier(&txn, need, supplier_id).await?;
    let mut wrong = check(&found, supplier_id, &offer, &published);
    let stands = |known: &Answer| known.state == AnswerState::Given;
    let message = "the supplier has answered this need: revise the answer";
    wrong.when(
        known.as_ref().is_some_and(stands),
        Code::AlreadyAnswered,
        "need",
        message,
    );
    wrong.stop()?;
    let now = app.clock.now();
    let answer = Answer {
        id: known
            .as_ref()
            .map_or_else(|| app.entropy.id(now), |known| known.id),
        need_id: need,
        supplier_id,
        offer,
        state: AnswerState::Given,
        answered_at: now,
        updated_at: now,
        version: known.map_or(1, |known| known.version + 1),
    };
    write(app, txn, &permit, &answer).await?;
    Ok(answer)
}

/// Writes an answer anew.
///
/// # Errors
/// When it has another version or was taken back, the need has ended, every reason it makes no sense; or the viewer may
/// not.
pub async fn revise(
    app: &App,
    viewer: &Viewer,
    id: Uuid,
    version: i32,
    offer: Offer,
) -> Result<Answer, Stop<Code>> {
    let published = published_of(app, &offer).await?;
    let (txn, permit, need, mut answer) = held(app, viewer, id, version).await?;
    check(&need, answer.supplier_id, &offer, &published).stop()?;
    answer.offer = offer;
    (answer.updated_at, answer.version) = (app.clock.now(), answer.version + 1);
    write(app, txn, &permit, &answer).await?;
    Ok(answer)
}

/// Takes an answer back, whatever became of the need.
///
/// # Errors
/// When it has another version or was taken back; or the viewer may not.
pub async fn withdraw(app: &App, viewer: &Viewer, id: Uuid, version: i32) -> Result<Answer, Stop<Code>> {
    let (txn, permit, _, mut answer) = held(app, viewer, id, version).await?;
    answer.state = AnswerState::Withdrawn;
    (answer.updated_at, answer.version) = (app.clock.now(), answer.version + 1);
    write(app, txn, &permit, &answer).await?;
    Ok(answer)
}

/// A page of the answers that the viewer may see, newest first.
///
/// # Errors
/// When the database fails.
pub async fn list(
    app: &App,
    viewer: &Viewer,
    filter: &AnswerFilter,
    cut: &Cut,
) -> Result<Page<Answer>, Error> {
    let councils = viewer.councils().into_iter();
    let suppliers = viewer.suppliers().into_iter();
    let seer = store::Seer {
        all: *viewer == Viewer::System,
        councils: councils
            .filter(|id| may(viewer, Action::SeeAnswers, Resource::Council(*id)))
            .collect(),
        suppliers: suppliers
            .filter(|id| may(viewer, Action::SeeAnswers, Resource::Supplier(*id)))
            .collect(),
    };
    store::list(app.db.read(), &seer, filter, cut).await
}

/// A standing answer with its need, which nobody else can change until the transaction ends, and leave to change it. To
/// whoever is not of its supplier there is none.
async fn held(
    app: &App,
    viewer: &Viewer,
    id: Uuid,
    version: i32,
) -> Result<(DatabaseTransaction, Permit, Need, Answer), Stop<Code>> {
    signed_in(viewer)?;
    let txn = app.db.begin().await?;
    let found = store::one(&txn, id).await?.ok_or(Error::NotFound)?;
    let supplier = Resource::Supplier(found.supplier_id);
    if !may(viewer, Action::SeeAnswers, supplier) {
        return Err(Error::NotFound.into());
    }
    let permit = authorize(viewer, Action::AnswerNeed, supplier)?;
    // Answers are written with their need's row held: what was read before that may have changed since.
    let need = super::store::one(&txn, found.need_id)
        .await?
        .ok_or(Error::NotFound)?;
    let answer = store::one(&txn, id).await?.ok_or(Error::NotFound)?;
    based_on(version, answer.version, Code::Conflict)?;
    if answer.state == AnswerState::Withdrawn {
        let message = "this answer was taken back: answer again";
        return Err(Stop::refuse(Code::Withdrawn, "answer", message));
    }
    Ok((txn, permit, need, answer))
}

/// What is published of the products that are named, if they are not too many to be looked at. Read before the transaction
/// begins: one that waits for another connection keeps others waiting for its own.
async fn published_of(app: &App, offer: &Offer) -> Result<HashMap<Uuid, Product>, Error> {
    match offer.products.len() <= MOST_PRODUCTS {
        true => products::published(app, &offer.products).await,
        false => Ok(HashMap::new()),
    }
}

fn check(need: &Need, supplier_id: Uuid, offer: &Offer, published: &HashMap<Uuid, Product>) -> Wrong<Code> {
    let mut wrong = Wrong::default();
    wrong.when(
        need.state != State::Stated,
        Code::Ended,
        "need",
        "this need is not open any more",
    );
    let note = offer.note.as_deref().unwrap_or_default();
    wrong.when(
        note.trim().is_empty() && offer.products.is_empty() || note.len() > 2_000,
        Code::BadText,
        "note",
        "name a product, or say in at most 2,000 bytes how you would help",
    );
    if offer.products.len() > MOST_PRODUCTS {
        let message = format!("name at most {MOST_PRODUCTS} products");
        wrong.when(true, Code::TooMany, "products", message);
        return wrong;
    }
    for (index, id) in offer.products.iter().enumerate() {
        let known = published
            .get(id)
            .is_some_and(|product| product.supplier_id == supplier_id);
        let twice = offer.products[..index].contains(id);
        wrong.when(
            !known || twice,
            Code::UnknownProduct,
            &format!("products.{index}"),
            "name published products of the supplier's own, each once",
        );
    }
    wrong
}

async fn write(app: &App, txn: DatabaseTransaction, permit: &Permit, answer: &Answer) -> Result<(), Error> {
    store::put(&txn, permit, answer).await?;
    let detail = serde_json::json!({
        "need": answer.need_id, "state": answer.state.as_str(), "products": answer.offer.products,
        "note": answer.offer.note, "version": answer.version,
    });
    audit::record(app, &txn, permit, "answer", answer.id, &detail).await?;
    Ok(txn.commit().await?)
}
