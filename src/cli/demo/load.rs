//! The demonstration's world through the front doors, once: a folder that has it keeps what was done to it.

use super::market;
use super::world::{self, DemoContract, DemoWorld, Home, OptionState};
use crate::access::accounts::{self, NewAccount};
use crate::access::{Action, CouncilRole, Permit, Resource, Viewer, authorize};
use crate::cli::user::refused;
use crate::cli::{Failure, failed};
use crate::contracts::term::{ExtensionOption, ExtensionState, Extensions, Length, Period, Standing, Term};
use crate::contracts::windows::LeadTimeOverrides;
use crate::contracts::{self, Change, Entry, Particulars};
use crate::councils::directory;
use crate::runtime::page::Cut;
use crate::runtime::{App, Stop};
use crate::suppliers::{self, Mention};
use uuid::Uuid;

/// What the front page tells of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Loaded {
    /// Who, address, and what they can do.
    pub(super) sign_ins: Vec<(String, String, String)>,
}

/// Loads the world into an empty database; into one that has contracts, nothing.
pub(super) async fn load(app: &App, world: &DemoWorld, password: &str) -> Result<Loaded, Failure> {
    if is_empty(app).await? {
        let supplier_ids = registers(app, world).await?;
        let council_ids = councils(world)?;
        people(app, world, &council_ids, &supplier_ids, password).await?;
        market::load(app, world, &council_ids, &supplier_ids, password).await?;
    }
    let sign_ins = world
        .people
        .iter()
        .filter(|person| person.signs_in)
        .map(|person| (person.name.clone(), person.email.clone(), can(world, person)))
        .collect();
    Ok(Loaded { sign_ins })
}

async fn is_empty(app: &App) -> Result<bool, Failure> {
    let cut = Cut {
        first: 1,
        after: None,
    };
    let columns = contracts::Columns::of([]);
    let filter = contracts::Filter::default();
    let page = contracts::list(
        app,
        &Viewer::System,
        &filter,
        contracts::OrderBy::default(),
        &cut,
        &columns,
        false,
    );
    Ok(page.await.map_err(failed)?.items.is_empty())
}

fn permit(action: Action, resource: Resource) -> Result<Permit, Failure> {
    authorize(&Viewer::System, action, resource).map_err(failed)
}

async fn registers(app: &App, world: &DemoWorld) -> Result<Vec<Uuid>, Failure> {
    let txn = app.db.begin().await.map_err(failed)?;
    let mentions: Vec<Mention> = world
        .suppliers
        .iter()
        .map(|s| Mention {
            name: s.name.to_owned(),
            companies_house: s.companies_house.clone(),
            charity: s.charity.clone(),
            sme: None,
            vcse: Some(s.vcse),
        })
        .collect();
    let registrar = permit(Action::ImportRegister, Resource::System)?;
    let resolved = suppliers::resolve(app, &txn, &registrar, &mentions)
        .await
        .map_err(failed)?;
    let supplier_ids: Vec<Uuid> = resolved.iter().map(|one| one.id).collect();
    let council_ids = councils(world)?;
    for (index, id) in council_ids.iter().enumerate() {
        let changes = world
            .contracts
            .iter()
            .enumerate()
            .filter(|(_, contract)| contract.council == index)
            .map(|(number, contract)| Change::Add(entry(number, contract, &supplier_ids, &council_ids)))
            .collect();
        let permit = permit(Action::RecordContract, Resource::Council(*id))?;
        contracts::record(app, &txn, &permit, *id, changes)
            .await
            .map_err(failed)?;
    }
    txn.commit().await.map_err(failed)?;
    Ok(supplier_ids)
}

fn councils(world: &DemoWorld) -> Result<Vec<Uuid>, Failure> {
    let find = |gss: &str| directory().find(gss).map(|council| council.id);
    let ids = world
        .councils
        .iter()
        .map(|c| find(c.gss).ok_or_else(|| failed(format!("no council {}", c.gss))));
    ids.collect()
}

fn entry(number: usize, contract: &DemoContract, suppliers: &[Uuid], councils: &[Uuid]) -> Entry {
    Entry {
        row_key: contract
            .reference
            .as_ref()
            .map_or_else(|| format!("demo:{number}"), |r| format!("ref:{r}")),
        particulars: particulars(contract),
        term: term(contract),
        leads: LeadTimeOverrides {
            planned_notice: contract.planned_notice,
            ..LeadTimeOverrides::default()
        },
        suppliers: contract
            .suppliers
            .iter()
            .filter_map(|index| suppliers.get(*index).copied())
            .collect(),
        buyers: contract
            .also_buyers
            .iter()
            .filter_map(|index| councils.get(*index).copied())
            .collect(),
        source: None,
    }
}

fn particulars(contract: &DemoContract) -> Particulars {
    Particulars {
        ocid: None,
        reference: contract.reference.clone(),
        title: contract.title.clone(),
        description: contract.description.clone().unwrap_or_default(),
        department: contract.department.map(str::to_owned),
        lgsl: contract.lgsl.map(i32::from),
        category: None,
        cpv: Some(contract.cpv_code.to_owned()),
        product_name: contract.product_name.map(str::to_owned),
        delivery_model: Some(contract.delivery_model.word().to_owned()),
        hosting: contract.hosting.map(|hosting| hosting.word().to_owned()),
        contract_type: None,
        process_type: Some(contract.process_type.word().to_owned()),
        value_pence: contract.value_pence,
        value_basis: Some(contract.value_basis.word().to_owned()),
        value_estimated: Some(contract.value_estimated),
        irrecoverable_vat_pence: None,
    }
}

fn term(contract: &DemoContract) -> Term {
    let small = |months: u32| u16::try_from(months).unwrap_or(u16::MAX);
    let months = contract
        .notice_period_months
        .map(|months| Period::Months(small(months)));
    let option = |option: &world::DemoExtension| ExtensionOption {
        ordinal: small(option.ordinal),
        length: Length::Months(small(option.months)),
        notice_by: option.notice_by,
        state: match option.state {
            OptionState::Available => ExtensionState::Available,
            OptionState::Exercised => ExtensionState::Exercised,
            OptionState::Declined => ExtensionState::Declined,
            OptionState::Lapsed => ExtensionState::Lapsed,
        },
    };
    Term {
        starts_on: contract.starts_on,
        initial_ends_on: contract.initial_ends_on,
        extensions: Extensions::new(contract.extensions.iter().map(option).collect()).unwrap_or_default(),
        latest_end: contract.latest_ends_on,
        review_on: contract.review_on,
        notice_period: months.or(contract.notice_period_days.map(|days| Period::Days(small(days)))),
        auto_renews_for: contract
            .auto_renew_months
            .map(|months| Period::Months(small(months))),
        standing: match (contract.standing, contract.terminated_on) {
            (world::Standing::Pending, _) => Standing::Pending,
            (world::Standing::Cancelled, _) => Standing::Cancelled,
            (world::Standing::Terminated, Some(on)) => Standing::Terminated { on },
            _ => Standing::Active,
        },
        replaced_on: contract.replaced_on,
    }
}

/// Everybody has the same password: it is hashed once.
async fn people(
    app: &App,
    world: &DemoWorld,
    councils: &[Uuid],
    suppliers: &[Uuid],
    password: &str,
) -> Result<(), Failure> {
    let mut hash = None;
    for person in world.people.iter().filter(|person| person.signs_in) {
        let account = NewAccount {
            email: person.email.clone(),
            name: person.name.clone(),
            password: password.to_owned(),
            operator: person.home == Home::Platform,
        };
        if hash.is_none() {
            hash = Some(accounts::prepare(app, &account).await.map_err(refused)?);
        }
        let txn = app.db.begin().await.map_err(failed)?;
        let made = accounts::create(app, &txn, &account, hash.clone().unwrap_or_default()).await;
        let id = made.map_err(|stop: Stop<_>| refused(stop))?;
        if let Home::Supplier(index) = person.home {
            accounts::found_supplier(app, &txn, id, suppliers[index])
                .await
                .map_err(failed)?;
        }
        txn.commit().await.map_err(failed)?;
        if let Home::Council(index) = person.home {
            accounts::join_council(app, &Viewer::System, id, councils[index], role(person.role))
                .await
                .map_err(failed)?;
        }
    }
    Ok(())
}

fn role(role: world::DemoRole) -> CouncilRole {
    match role {
        world::DemoRole::Officer => CouncilRole::Officer,
        world::DemoRole::Approver => CouncilRole::Approver,
        world::DemoRole::Evaluator => CouncilRole::Evaluator,
        _ => CouncilRole::Viewer,
    }
}

fn can(world: &DemoWorld, person: &world::DemoPerson) -> String {
    match person.home {
        Home::Council(index) => format!("{} at {}", person.job_title, world.councils[index].name),
        Home::Supplier(index) => format!("{} at {}", person.job_title, world.suppliers[index].name),
        Home::Platform => "operates this installation".to_owned(),
    }
}
