//! A supplier signs up: its profile and the account of the person who founds it, in one transaction.
//!
//! A number claims nothing: a supplier that a register named keeps its own row, and joining the two needs
//! somebody to verify the claim. Otherwise a stranger could take a real company over by typing its number.

use super::{Size, name_key};
use crate::access::accounts::{self, AccountErrorCode, NewAccount};
use crate::access::{Action, Resource, Viewer, authorize};
use crate::audit;
use crate::runtime::{App, Error, Refusal, Stop};
use entity::supplier;
use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait;
use uuid::Uuid;

/// What it takes.
#[derive(Clone, Debug)]
pub struct SignUp {
    /// The founder's address.
    pub email: String,
    /// The founder's name.
    pub name: String,
    /// The founder's password.
    pub password: String,
    /// The supplier's name.
    pub supplier: String,
    /// Size: micro, small, medium or large.
    pub size: Option<Size>,
    /// Whether it is a voluntary, community or social enterprise.
    pub vcse: bool,
    /// Where it is.
    pub town: Option<String>,
    /// What it does.
    pub summary: Option<String>,
}

/// Signs a supplier up; gives its id.
///
/// # Errors
/// Every reason it cannot be done, by input field.
pub async fn sign_up(app: &App, input: SignUp) -> Result<Uuid, Stop<AccountErrorCode>> {
    let long = |text: &Option<String>| text.as_ref().is_some_and(|text| text.len() > 2000);
    if input.supplier.trim().is_empty()
        || input.supplier.len() > 200
        || long(&input.town)
        || long(&input.summary)
    {
        let message = "give the supplier a name of at most 200 bytes, and texts of at most 2,000".to_owned();
        return Err(vec![Refusal {
            code: AccountErrorCode::BadName,
            path: "supplier".into(),
            message,
        }]
        .into());
    }
    let account = NewAccount {
        email: input.email,
        name: input.name,
        password: input.password,
        operator: false,
    };
    let hash = accounts::prepare(app, &account).await?;
    let (id, now) = (app.new_id(), app.clock.now());
    let txn = app.db.begin().await?;
    let person = accounts::create(app, &txn, &account, hash).await?;
    let row = supplier::ActiveModel {
        id: Set(id),
        name: Set(input.supplier.trim().to_owned()),
        name_key: Set(name_key(&input.supplier)),
        companies_house: Set(None),
        charity: Set(None),
        size: Set(input.size.map(|size| size.as_str().to_owned())),
        staff: Set(None),
        vcse: Set(Some(input.vcse)),
        town: Set(input.town),
        region: Set(None),
        website: Set(None),
        summary: Set(input.summary),
        created_at: Set(now),
        updated_at: Set(now),
        version: Set(1),
    };
    supplier::Entity::insert(row).exec_without_returning(&txn).await?;
    accounts::found_supplier(app, &txn, person, id).await?;
    // Anybody may found a supplier of their own: the right is the program's, the record is the person's.
    let permit = authorize(&Viewer::System, Action::EditSupplier, Resource::Supplier(id))?;
    audit::record(
        app,
        &txn,
        &permit,
        "supplier",
        id,
        &serde_json::json!({ "founder": person }),
    )
    .await?;
    txn.commit().await.map_err(Error::from)?;
    Ok(id)
}
