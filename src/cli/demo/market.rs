//! The demonstration's profiles, products, needs and saved searches through the front doors; its pilots are in
//! `pilots`.

use super::world::{DemoProduct, DemoSearch, DemoSupplier, DemoWorld, NeedState};
use crate::access::Viewer;
use crate::access::sessions::{self, Attempt};
use crate::alerts::rhythm::{Frequency, Rhythm};
use crate::alerts::{filter::Filter, searches};
use crate::cli::Failure;
use crate::cli::user::refused;
use crate::councils::facts::Region;
use crate::events::Kind;
use crate::needs::answers::{self, Offer};
use crate::needs::{self, Ending, Firmness, OwnDemand, Statement};
use crate::runtime::App;
use crate::suppliers::products::{self, Hosting, Listing, State};
use crate::suppliers::{self, Address, Areas, Figures, Profile, Size, places};
use std::collections::HashMap;
use uuid::Uuid;

pub(super) async fn load(
    app: &App,
    world: &DemoWorld,
    councils: &[Uuid],
    suppliers: &[Uuid],
    password: &str,
) -> Result<(), Failure> {
    listings(app, world, suppliers).await?;
    let needs = needs(app, world, councils).await?;
    answers(app, world, &needs, suppliers).await?;
    super::pilots::load(app, world, &needs, councils, suppliers, password).await?;
    for search in &world.searches {
        let session = sessions::sign_in(
            app,
            Attempt {
                email: &world.people[search.person].email,
                password,
                ..Attempt::default()
            },
        )
        .await
        .map_err(refused)?;
        let viewer = Viewer::Person(session.person);
        searches::save(app, &viewer, search.name, filter(search), rhythm(search))
            .await
            .map_err(refused)?;
    }
    Ok(())
}

async fn listings(app: &App, world: &DemoWorld, suppliers: &[Uuid]) -> Result<(), Failure> {
    for (supplier, id) in world.suppliers.iter().zip(suppliers) {
        let profile = Profile {
            size: Size::parse(supplier.size.word()),
            figures: Figures {
                staff: i32::try_from(supplier.staff).ok(),
                ..Figures::default()
            },
            vcse: supplier.vcse,
            town: Some(supplier.town.to_owned()),
            address: Some(Address {
                lines: vec!["1 Market Place".to_owned()],
                // Of the form of a postcode, and kept by the statisticians for nowhere.
                postcode: Some("ZZ99 3WZ".to_owned()),
                country: places::UNITED_KINGDOM.to_owned(),
                region: region(supplier.region),
            }),
            areas: Areas {
                // The smallest serve their own region, others everywhere.
                everywhere: supplier.staff >= 10,
                regions: region(supplier.region).into_iter().collect(),
                councils: Vec::new(),
            },
            sectors: sectors(world, supplier),
            website: Some(supplier.website.clone()),
            summary: Some(supplier.summary.to_owned()),
        };
        suppliers::edit(app, &Viewer::System, *id, 1, profile)
            .await
            .map_err(refused)?;
    }
    for product in &world.products {
        let listing = Listing {
            name: product.name.to_owned(),
            summary: product.summary.to_owned(),
            description: product.description.to_owned(),
            lgsl: product.lgsl.iter().map(|code| i32::from(*code)).collect(),
            cpv: product.cpv.iter().map(|code| (*code).to_owned()).collect(),
            hosting: product.hosting.and_then(|hosting| Hosting::parse(hosting.word())),
            price_model: Some(product.price_model.to_owned()),
            integrations: names(product.integrations),
            standards: names(product.standards),
            accessibility: accessibility(product),
            case_studies: Vec::new(),
        };
        let supplier = suppliers[product.supplier];
        let made = products::draft(app, &Viewer::System, supplier, listing)
            .await
            .map_err(refused)?;
        if let Some(state) = State::parse(product.state.word()).filter(|state| *state != State::Draft) {
            products::put_in_state(app, &Viewer::System, made.id, made.version, state)
                .await
                .map_err(refused)?;
        }
    }
    Ok(())
}

/// The region of a name as people write it.
fn region(name: &str) -> Option<Region> {
    Region::parse(&name.to_lowercase().replace(' ', "_"))
}

/// The divisions of what a supplier lists.
fn sectors(world: &DemoWorld, supplier: &DemoSupplier) -> Vec<String> {
    let of = |product: &&DemoProduct| world.suppliers[product.supplier].name == supplier.name;
    let codes = world.products.iter().filter(of).flat_map(|product| product.cpv);
    let mut divisions: Vec<String> = codes.filter_map(|code| Some(code.get(..2)?.to_owned())).collect();
    divisions.sort_unstable();
    divisions.dedup();
    divisions
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Said by those who keep the guidelines.
fn accessibility(product: &DemoProduct) -> Option<String> {
    let kept = product.standards.iter().find(|name| name.starts_with("WCAG"))?;
    Some(format!(
        "Tested against {kept} in spring; what was found is mended, and the report is given on request."
    ))
}

/// The needs by their place in the world; those that are still being written are their councils' own.
async fn needs(app: &App, world: &DemoWorld, councils: &[Uuid]) -> Result<HashMap<usize, Uuid>, Failure> {
    let mut needs = HashMap::new();
    for (index, need) in world.needs.iter().enumerate() {
        let statement = Statement {
            title: need.title.to_owned(),
            problem: need.problem.to_owned(),
            outcomes: need.outcomes.to_owned(),
            systems: need.systems.map(str::to_owned),
            lgsl: need.lgsl.map(i32::from),
            cpv: Some(need.cpv_code.to_owned()),
            budget_min_pence: Some(need.budget_min_pence),
            budget_max_pence: Some(need.budget_max_pence),
            needed_by: Some(need.needed_by),
            firmness: Some(Firmness::Preferred),
            ..Statement::default()
        };
        if need.state == NeedState::Draft {
            needs::draft(app, &Viewer::System, councils[need.council], statement)
                .await
                .map_err(refused)?;
            continue;
        }
        let stated = needs::state(app, &Viewer::System, councils[need.council], statement)
            .await
            .map_err(refused)?;
        needs.insert(index, stated.id);
        for (days, council) in (1..).zip(&need.us_too) {
            let wants = OwnDemand {
                needed_by: Some(need.needed_by + chrono::Duration::days(30 * days)),
                budget_max_pence: Some(need.budget_max_pence),
                ..OwnDemand::default()
            };
            needs::support(app, &Viewer::System, stated.id, councils[*council], wants)
                .await
                .map_err(refused)?;
        }
        let ending = match need.state {
            NeedState::Met => Some(Ending::Met),
            NeedState::Withdrawn => Some(Ending::Withdrawn),
            NeedState::Stated | NeedState::Draft => None,
        };
        if let Some(ending) = ending {
            needs::end(app, &Viewer::System, stated.id, stated.version, ending)
                .await
                .map_err(refused)?;
        }
    }
    Ok(needs)
}

/// Whoever sells something for the service of an open need answers it.
async fn answers(
    app: &App,
    world: &DemoWorld,
    needs: &HashMap<usize, Uuid>,
    suppliers: &[Uuid],
) -> Result<(), Failure> {
    let sold = products::published_of(app, suppliers)
        .await
        .map_err(|error| vec![error.to_string()])?;
    for (index, need) in world.needs.iter().enumerate() {
        let Some(id) = needs.get(&index).filter(|_| need.state == NeedState::Stated) else {
            continue;
        };
        for supplier in suppliers {
            let mine = sold.get(supplier).into_iter().flatten();
            let fits = |product: &&products::Product| {
                need.lgsl
                    .is_some_and(|code| product.listing.lgsl.contains(&i32::from(code)))
            };
            let products: Vec<Uuid> = mine.filter(fits).map(|product| product.id).collect();
            if products.is_empty() {
                continue;
            }
            let note = Some("Two councils run it today; we would show it on your own figures.".to_owned());
            answers::answer(app, &Viewer::System, *id, *supplier, Offer { products, note })
                .await
                .map_err(refused)?;
        }
    }
    Ok(())
}

fn rhythm(search: &DemoSearch) -> Rhythm {
    Rhythm {
        frequency: Frequency::parse(search.frequency.word()).unwrap_or(Frequency::AtOnce),
        ..Rhythm::default()
    }
}

fn filter(search: &DemoSearch) -> Filter {
    let words = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect();
    let pilots: &[Kind] = if search.pilots {
        &[Kind::PilotPublished, Kind::PilotClosing]
    } else {
        &[]
    };
    let needs: &[Kind] = if search.needs { &[Kind::NeedStated] } else { &[] };
    let windows: &[Kind] = if search.window_kinds.is_empty() {
        &[]
    } else {
        &[Kind::WindowOpened]
    };
    let kinds = windows.iter().chain(needs).chain(pilots);
    Filter {
        kinds: kinds.map(|kind| kind.as_str().to_owned()).collect(),
        window_kinds: search
            .window_kinds
            .iter()
            .map(|kind| kind.word().replace("re_procurement", "reprocurement"))
            .collect(),
        regions: search
            .regions
            .iter()
            .map(|region| region.to_lowercase().replace(' ', "_"))
            .collect(),
        council_kinds: search
            .council_kinds
            .iter()
            .map(|kind| kind.word().to_owned())
            .collect(),
        cpv_prefixes: words(search.cpv_prefixes),
        words: search.words.map(str::to_owned),
        ..Filter::default()
    }
}
