//! A supplier signs up, by somebody signed in, who becomes its administrator: one transaction.
//!
//! A number claims nothing: a supplier that a register named keeps its own row, and joining the two needs
//! somebody to verify the claim. Otherwise a stranger could take a real company over by typing its number.

use super::numbers::{self, Scheme};
use super::{Size, name_key};
use crate::access::{Action, Resource, Viewer, accounts, authorize};
use crate::audit;
use crate::runtime::{App, Error, Stop, Wrong};
use entity::supplier;
use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait;
use uuid::Uuid;

/// What it takes.
#[derive(Clone, Debug, Default)]
pub struct SignUp {
    /// The supplier's name.
    pub name: String,
    /// Companies House number, as typed.
    pub companies_house: Option<String>,
    /// Charity number, as typed.
    pub charity: Option<String>,
    /// Size: micro, small, medium or large.
    pub size: Option<Size>,
    /// Whether it is a voluntary, community or social enterprise.
    pub vcse: bool,
    /// Where it is.
    pub town: Option<String>,
    /// What it does.
    pub summary: Option<String>,
}

/// Why a supplier could not be signed up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum SupplierSignUpErrorCode {
    /// It has no name, or one over 200 bytes.
    BadName,
    /// This cannot be a Companies House number.
    BadCompaniesHouse,
    /// This cannot be a charity number.
    BadCharity,
    /// A text is over 2,000 bytes.
    TooLong,
}

/// Signs a supplier up; gives its id.
///
/// # Errors
/// Every reason it cannot be done, by input field; or nobody is signed in.
pub async fn sign_up(
    app: &App,
    viewer: &Viewer,
    input: SignUp,
) -> Result<Uuid, Stop<SupplierSignUpErrorCode>> {
    let person = viewer.person().ok_or(Error::NotSignedIn)?;
    let permit = authorize(viewer, Action::ManageAccount, Resource::Person(person.id))?;
    let stated = check(&input)?;
    let (id, now) = (app.new_id(), app.clock.now());
    let txn = app.db.begin().await?;
    let row = supplier::ActiveModel {
        id: Set(id),
        name: Set(input.name.trim().to_owned()),
        name_key: Set(name_key(&input.name)),
        companies_house: Set(None),
        charity: Set(None),
        size: Set(input.size.map(|size| size.as_str().to_owned())),
        staff: Set(None),
        turnover_pence: Set(None),
        balance_sheet_pence: Set(None),
        size_confirmed_on: Set(input.size.map(|_| app.clock.today())),
        said_sme: Set(None),
        vcse: Set(Some(input.vcse)),
        address: Set(None),
        town: Set(input.town),
        postcode: Set(None),
        country: Set(None),
        region: Set(None),
        website: Set(None),
        summary: Set(input.summary),
        created_at: Set(now),
        updated_at: Set(now),
        version: Set(1),
    };
    supplier::Entity::insert(row).exec_without_returning(&txn).await?;
    numbers::state(app, &txn, id, person.id, stated).await?;
    accounts::found_supplier(app, &txn, person.id, id).await?;
    let detail = serde_json::json!({ "signed up": true });
    audit::record(app, &txn, &permit, "supplier", id, &detail).await?;
    txn.commit().await.map_err(Error::from)?;
    Ok(id)
}

/// The numbers in their usual form, if all is well.
fn check(input: &SignUp) -> Result<Vec<(Scheme, String)>, Stop<SupplierSignUpErrorCode>> {
    use SupplierSignUpErrorCode::{BadCharity, BadCompaniesHouse, BadName, TooLong};
    let mut wrong = Wrong::default();
    let named = !input.name.trim().is_empty() && input.name.len() <= 200;
    wrong.when(
        !named,
        BadName,
        "name",
        "give the supplier a name of at most 200 bytes",
    );
    for (path, text) in [("town", &input.town), ("summary", &input.summary)] {
        let long = text.as_ref().is_some_and(|text| text.len() > 2000);
        wrong.when(long, TooLong, path, "give at most 2,000 bytes");
    }
    let mut stated = Vec::new();
    let numbers = [
        (
            Scheme::CompaniesHouse,
            BadCompaniesHouse,
            "companiesHouse",
            &input.companies_house,
        ),
        (Scheme::Charity, BadCharity, "charity", &input.charity),
    ];
    for (scheme, code, path, text) in numbers {
        let Some(text) = text else { continue };
        match scheme.read(text) {
            Some(number) => stated.push((scheme, number)),
            None => {
                let text: String = text.chars().take(40).collect();
                wrong.when(true, code, path, format!("{text:?} cannot be one"));
            }
        }
    }
    wrong.stop()?;
    Ok(stated)
}
