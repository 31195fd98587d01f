//! Everything held on somebody, as one JSON document. It is told from the list of what is held, column by column, so
//! that a column which the list calls personal is in it; secrets are said to be there and not shown.

use super::Subject;
use super::held::{self, Holds};
use crate::access::policy::{Action, Resource, authorize};
use crate::access::{Viewer, fold, own, store};
use crate::audit;
use crate::runtime::{App, Error};
use entity::{
    api_token, attempt, audit_entry, audit_part, bid_score, contract, device, feed_link, identity,
    import_run, installation, invitation, mail_attempt, mailed_link, membership, notification, outbox,
    person, pilot, pilot_evaluator, recovery_code, register_import, saved_search, score_entry, session,
    supplier_number, suppression,
};
use sea_orm::sea_query::{Query, sea_value_to_json_value};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, IdenStatic, Iterable, ModelTrait, QueryFilter,
    QueryOrder, Select, Value as Cell,
};
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// Everything held on the viewer.
///
/// # Errors
/// When nobody is signed in, or not by a session of their own; or the database fails.
pub async fn own_export(app: &App, viewer: &Viewer) -> Result<Value, Error> {
    let (_, person) = own(viewer)?;
    let subject = Subject {
        id: person.id,
        email: person.email.clone(),
    };
    tell(app, &app.db.snapshot().await?, subject).await
}

/// Everything held on whoever has an address, with an account or without, for an operator who was asked by letter.
///
/// # Errors
/// When the viewer is no operator, or the database fails.
pub async fn of_address(app: &App, viewer: &Viewer, email: &str) -> Result<Value, Error> {
    let permit = authorize(viewer, Action::Operate, Resource::System)?;
    let txn = app.db.begin().await?;
    let email = fold(email);
    let account = store::by_email(&txn, &email).await?;
    let id = account.map_or_else(|| app.new_id(), |row| row.id);
    let told = tell(app, &txn, Subject { id, email }).await?;
    audit::record(app, &txn, &permit, "person", id, &json!({ "exported": true })).await?;
    txn.commit().await?;
    Ok(told)
}

async fn tell(app: &App, db: &impl ConnectionTrait, subject: Subject) -> Result<Value, Error> {
    let mut document = Document::new(subject, db);
    document.who(app).await?;
    document.belongs().await?;
    document.is_told().await?;
    document.did().await?;
    let about = json!({
        "address": document.subject.email,
        "madeAt": app.clock.now(),
        "what": "Everything that this Guildhall holds on whoever has this address (UK GDPR, articles 15 and 20).",
        "notInIt": held::Kept::Organisation.what(),
        "why": held::Kept::Organisation.why(),
    });
    document.told.insert("about".into(), about);
    Ok(Value::Object(document.told))
}

/// The document as far as it is told.
struct Document<'a, C> {
    subject: Subject,
    db: &'a C,
    told: Map<String, Value>,
}

impl<'a, C: ConnectionTrait> Document<'a, C> {
    fn new(subject: Subject, db: &'a C) -> Self {
        let told = Map::new();
        Self { subject, db, told }
    }

    /// Tells rows of a table as the list has its columns.
    async fn add<E>(&mut self, section: &str, rows: Select<E>) -> Result<(), Error>
    where
        E: EntityTrait,
        E::Model: ModelTrait<Entity = E> + Send + Sync,
    {
        let rows = rows.all(self.db).await?;
        let told = rows.iter().map(|row| row_of::<E>(row, self.subject.id));
        let told = told.collect::<Result<Vec<_>, _>>()?;
        self.told.insert(section.into(), told.into());
        Ok(())
    }

    /// Who they are, and what they prove it by.
    async fn who(&mut self, app: &App) -> Result<(), Error> {
        let me = self.subject.id;
        let own = person::Entity::find_by_id(me);
        self.add("account", own).await?;
        let first = installation::Entity::find().filter(installation::Column::FirstOperator.eq(me));
        self.add("installation", first).await?;
        let own = session::Entity::find().filter(session::Column::PersonId.eq(me));
        self.add("sessions", own.order_by_asc(session::Column::Id))
            .await?;
        let own = device::Entity::find().filter(device::Column::PersonId.eq(me));
        self.add("devices", own.order_by_asc(device::Column::ExpiresAt))
            .await?;
        let own = recovery_code::Entity::find().filter(recovery_code::Column::PersonId.eq(me));
        self.add("recoveryCodes", own).await?;
        let own = identity::Entity::find().filter(identity::Column::PersonId.eq(me));
        self.add("identities", own.order_by_asc(identity::Column::CreatedAt))
            .await?;
        let links = mailed_link::Entity::find().filter(self.subject.links());
        self.add("mailedLinks", links).await?;
        let tries = attempt::Entity::find().filter(self.subject.attempts(app));
        self.add("attempts", tries).await
    }

    /// What they belong to, and by what others act for them.
    async fn belongs(&mut self) -> Result<(), Error> {
        let me = self.subject.id;
        let own = membership::Entity::find().filter(membership::Column::PersonId.eq(me));
        self.add("memberships", own.order_by_asc(membership::Column::Id))
            .await?;
        let all = invitation::Entity::find().filter(self.subject.invitations());
        self.add("invitations", all.order_by_asc(invitation::Column::Id))
            .await?;
        let own = api_token::Entity::find().filter(api_token::Column::PersonId.eq(me));
        self.add("tokens", own.order_by_asc(api_token::Column::Id)).await
    }

    /// What they asked to be told of, and every mail.
    async fn is_told(&mut self) -> Result<(), Error> {
        let me = saved_search::Column::PersonId.eq(self.subject.id);
        let own = saved_search::Entity::find().filter(me);
        self.add("savedSearches", own.order_by_asc(saved_search::Column::Id))
            .await?;
        let own = notification::Entity::find().filter(notification::Column::PersonId.eq(self.subject.id));
        self.add("notifications", own.order_by_asc(notification::Column::Id))
            .await?;
        let own = feed_link::Entity::find().filter(feed_link::Column::PersonId.eq(self.subject.id));
        self.add("feeds", own.order_by_asc(feed_link::Column::Id)).await?;
        let mails = outbox::Entity::find().filter(self.subject.mails());
        self.add("mails", mails.order_by_asc(outbox::Column::Id)).await?;
        let of_it = suppression::Entity::find_by_id(self.subject.email.as_str());
        self.add("suppression", of_it).await?;
        let of_them = Query::select()
            .column(outbox::Column::Id)
            .from(outbox::Entity)
            .cond_where(self.subject.mails())
            .to_owned();
        let offers = mail_attempt::Entity::find().filter(mail_attempt::Column::MailId.in_subquery(of_them));
        let offers = offers
            .order_by_asc(mail_attempt::Column::MailId)
            .order_by_asc(mail_attempt::Column::Ordinal);
        self.add("mailAttempts", offers).await
    }

    /// What they did for an organisation, and what was noted of it.
    async fn did(&mut self) -> Result<(), Error> {
        let me = self.subject.id;
        let own = bid_score::Entity::find().filter(bid_score::Column::EvaluatorId.eq(me));
        self.add("scores", own.order_by_asc(bid_score::Column::ScoredAt))
            .await?;
        let own = score_entry::Entity::find().filter(score_entry::Column::EvaluatorId.eq(me));
        self.add(
            "scoresAsEntered",
            own.order_by_asc(score_entry::Column::EnteredAt),
        )
        .await?;
        let own = pilot_evaluator::Entity::find().filter(pilot_evaluator::Column::PersonId.eq(me));
        self.add("panels", own.order_by_asc(pilot_evaluator::Column::PilotId))
            .await?;
        let numbers = Condition::any()
            .add(supplier_number::Column::StatedBy.eq(me))
            .add(supplier_number::Column::VerifiedBy.eq(me));
        self.add("supplierNumbers", supplier_number::Entity::find().filter(numbers))
            .await?;
        let own = contract::Entity::find().filter(contract::Column::OwnerId.eq(me));
        self.add("contracts", own.order_by_asc(contract::Column::Id))
            .await?;
        let pilots = Condition::any()
            .add(pilot::Column::WrittenBy.eq(me))
            .add(pilot::Column::ApprovedBy.eq(me));
        let pilots = pilot::Entity::find().filter(pilots);
        self.add("pilots", pilots.order_by_asc(pilot::Column::Id)).await?;
        let own = import_run::Entity::find().filter(import_run::Column::ImportedBy.eq(me));
        self.add("imports", own.order_by_asc(import_run::Column::Id))
            .await?;
        let own = register_import::Entity::find().filter(register_import::Column::StartedBy.eq(me));
        self.add("registerImports", own.order_by_asc(register_import::Column::Id))
            .await?;
        self.log().await
    }

    /// What the audit log says of what they did and of them.
    async fn log(&mut self) -> Result<(), Error> {
        let me = self.subject.id;
        let theirs = Condition::any().add(audit_part::Column::PersonId.eq(me)).add(
            Condition::all()
                .add(audit_part::Column::Address.eq(self.subject.email.as_str()))
                .add(audit_part::Column::PersonId.is_null()),
        );
        let said = Query::select()
            .column(audit_part::Column::Sequence)
            .from(audit_part::Entity)
            .cond_where(theirs.clone())
            .to_owned();
        let entries = Condition::any()
            .add(audit_entry::Column::Sequence.in_subquery(said))
            .add(audit_entry::Column::SubjectId.eq(me));
        let numbers = Query::select()
            .column(audit_entry::Column::Sequence)
            .from(audit_entry::Entity)
            .cond_where(entries.clone())
            .to_owned();
        let entries = audit_entry::Entity::find().filter(entries);
        let entries = entries
            .order_by_asc(audit_entry::Column::Sequence)
            .all(self.db)
            .await?;
        // Of what others did to them, what was done; who those others are is not theirs to have.
        let details = Condition::all()
            .add(audit_part::Column::Part.eq("detail"))
            .add(audit_part::Column::Sequence.in_subquery(numbers));
        let parts = audit_part::Entity::find()
            .filter(theirs.add(details))
            .all(self.db)
            .await?;
        let mut told = Vec::with_capacity(entries.len());
        for entry in &entries {
            // Not by its number, whose gaps would tell of what others do.
            let of_it = parts.iter().filter(|part| part.sequence == entry.sequence);
            let said = of_it.map(|part| row_of::<audit_part::Entity>(part, me));
            let mut entry = row_of::<audit_entry::Entity>(entry, me)?;
            entry["said"] = said.collect::<Result<Vec<_>, _>>()?.into();
            told.push(entry);
        }
        self.told.insert("audit".into(), told.into());
        Ok(())
    }
}

fn row_of<E>(row: &E::Model, me: Uuid) -> Result<Value, Error>
where
    E: EntityTrait,
    E::Model: ModelTrait<Entity = E>,
{
    let entity = E::default();
    let table = entity.table_name();
    let mut told = Map::new();
    for column in E::Column::iter() {
        let listed = held::of_table(table).find(|listed| listed.name == column.as_str());
        let listed =
            listed.ok_or_else(|| Error::fault(format!("{table}.{} is not listed", column.as_str())))?;
        let cell = row.get(column);
        let told_as = listed.told_as.to_owned();
        match listed.holds {
            Holds::Nothing | Holds::Organisation => None,
            Holds::Personal => told.insert(told_as, plain(&cell)),
            Holds::You => told.insert(told_as, (cell == Cell::from(me)).into()),
            Holds::Secret if matches!(cell, Cell::Bytes(None) | Cell::String(None)) => {
                told.insert(told_as, Value::Null)
            }
            Holds::Secret => told.insert(told_as, json!({ "held": true, "notShown": listed.why })),
        };
    }
    Ok(Value::Object(told))
}

/// A value as JSON has it, an instant as RFC 3339 does.
fn plain(cell: &Cell) -> Value {
    match cell {
        Cell::ChronoDateTimeUtc(Some(at)) => json!(at),
        other => sea_value_to_json_value(other),
    }
}
