//! `demo`: an embedded database in a folder, an invented world around real councils, and a server on loopback
//! where sent mail can be read and the clock can be moved.

mod load;
mod market;
mod pilots;
pub mod world;

use super::{Failure, failed, open, serve};
use crate::http::{DevelopmentPage, SignIn, Tab};
use crate::runtime::clock::Clock;
use crate::runtime::database::Database;
use crate::runtime::entropy::Entropy;
use crate::runtime::mail::Mailer;
use crate::runtime::objects::{Objects, Place};
use crate::runtime::secret::Secret;
use crate::runtime::{App, Hashing, telemetry};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::net::TcpListener;

/// The password of everybody in the demonstration.
const PASSWORD: &str = "teapot on the town hall";
/// The seed of the demonstration's world.
const SEED: u64 = 1;

/// A query to start with.
pub const FIRST_QUERY: &str = "query EndingSoon {
  contracts(filter: { endsWithinDays: 180 }, first: 10) {
    edges { node { title currentEndsOn valuePence council { name } suppliers { name } } }
  }
}";

/// Where the demonstration lives and listens.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The folder to keep it in; made if missing, reused if there.
    #[arg(long, default_value = "guildhall-data")]
    folder: PathBuf,
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: String,
    /// Load the demonstration and stop.
    #[arg(long)]
    load_only: bool,
}

pub(super) async fn run(arguments: Arguments) -> Result<(), Failure> {
    telemetry::start("warn");
    std::fs::create_dir_all(&arguments.folder)
        .map_err(|e| failed(format!("{}: {e}", arguments.folder.display())))?;
    let listener = TcpListener::bind(&arguments.listen).await.map_err(|e| {
        failed(format!(
            "{}: {e} (choose another with --listen)",
            arguments.listen
        ))
    })?;
    let address = listener.local_addr().map_err(failed)?;
    let app = application(&arguments.folder, &format!("http://{address}")).await?;
    let _lock = app.db.lock_for_serving().map_err(failed)?;
    open::prepare(&app).await?;
    let world = world::world(app.clock.today(), SEED);
    let loaded = load::load(&app, &world, PASSWORD).await?;
    if arguments.load_only {
        return Ok(());
    }
    let page = page(&world, &loaded);
    print_welcome(&arguments.folder, &page);
    let served = serve::Served {
        page,
        ..serve::Served::default()
    };
    serve::serve(app, listener, served, |address| {
        say!("\nlistening on http://{address}");
        say!("press Ctrl-C to stop");
    })
    .await
}

async fn application(folder: &Path, url: &str) -> Result<App, Failure> {
    let entropy = Entropy::system();
    let database = format!("sqlite://{}", folder.join("guildhall.db").display());
    let objects = Place::beside(&database).ok_or_else(|| failed("the folder's name is no name"))?;
    Ok(App {
        db: Database::open(&database).await.map_err(failed)?,
        clock: Clock::movable(None),
        secret: secret(&folder.join("secret"), &entropy)?,
        entropy,
        mailer: Mailer::kept(),
        objects: Objects::open(&objects).map_err(failed)?,
        public_url: url.into(),
        development: true,
        hashing: Hashing::at_once(open::HASHING),
        single_sign_on: Arc::default(),
        work: Arc::default(),
        sending: Arc::default(),
    })
}

/// The demonstration's secret, made once and kept beside its database.
fn secret(path: &Path, entropy: &Entropy) -> Result<Secret, Failure> {
    let in_file = |e: &dyn std::fmt::Display| failed(format!("{}: {e}", path.display()));
    if let Ok(text) = std::fs::read_to_string(path) {
        return Secret::parse(&text).map_err(|e| in_file(&e));
    }
    let secret = Secret::from_bytes(entropy.bytes());
    std::fs::write(path, secret.to_base64()).map_err(|e| in_file(&e))?;
    Ok(secret)
}

fn page(world: &world::DemoWorld, loaded: &load::Loaded) -> DevelopmentPage {
    DevelopmentPage {
        mode: "demo".into(),
        banner: Some("A demonstration: real councils, invented contracts, suppliers and people.".into()),
        first_query: FIRST_QUERY.into(),
        sign_ins: loaded
            .sign_ins
            .iter()
            .map(|(who, email, can)| SignIn {
                who: who.clone(),
                email: email.clone(),
                password: PASSWORD.into(),
                can: can.clone(),
            })
            .collect(),
        contents: vec![
            (world.councils.len() as u64, "councils with a register".into()),
            (world.contracts.len() as u64, "contracts".into()),
            (world.suppliers.len() as u64, "suppliers".into()),
            (world.products.len() as u64, "products".into()),
            (world.needs.len() as u64, "needs".into()),
            (world.pilots.len() as u64, "pilots".into()),
        ],
        tabs: tabs(
            loaded
                .sign_ins
                .first()
                .map_or("you@example.org", |(_, email, _)| email),
        ),
        ..DevelopmentPage::default()
    }
}

fn print_welcome(folder: &Path, page: &DevelopmentPage) {
    say!("The demonstration is in {}\n", folder.display());
    say!("Sign in as (password {PASSWORD}):");
    for person in page.sign_ins.iter() {
        say!("  {:44} {}", person.email, person.can);
    }
    say!("\nA first query, for the GraphiQL page:\n{FIRST_QUERY}");
    say!("\nPages: / (start here), /graphiql, /mailbox");
}

/// The tabs that GraphiQL opens with; the second last signs this address in.
pub fn tabs(email: &str) -> Vec<Tab> {
    let tab = |title: &str, query: &str| Tab {
        title: Some(title.into()),
        query: query.into(),
        variables: None,
    };
    vec![
        tab("What ends in the next half year, and with whom", FIRST_QUERY),
        tab(
            "Which windows are open today, and what a council's year looks like",
            "query OpenNow {
  council(code: \"norfolk\") { name windowsByMonth { month kind contracts valuePence } }
  contracts(filter: { text: \"software\", windowOpen: [REPROCUREMENT, MARKET_ENGAGEMENT] }, first: 10) {
    totalCount
    edges { node { title council { name } windows { kind opensOn closesOn isOpen } } }
  }
}",
        ),
        tab(
            "What councils need, and who says us too",
            "query Needs {
  needs { edges { node { title state council { name } budgetMaxPence supporters { name }
    demand { councils budgetMaxPence earliestNeededBy latestNeededBy } } } }
}",
        ),
        tab(
            "Who holds the market for software, and what ends",
            "query Market {
  market(filter: { cpvPrefix: \"48\" }) {
    contracts yearlyValuePence concentrationByValue sme { suppliers shareOfValue }
    suppliers(first: 5) { edges { node { supplier { name } contracts shareOfValue isSme yearsHeld } } }
    ending(first: 5) { edges { node { endsOn yearsHeld contract { title council { name } } } } }
  }
}",
        ),
        tab(
            "What councils are trying, until when they take bids, and what was asked",
            "query Pilots {
  pilots {
    edges { node {
      title phase deadlineAt capPence reservation council { name }
      questions { question answer }
      contract { title valuePence }
    } }
  }
}",
        ),
        tab(
            "What suppliers sell",
            "query Products {
  products(first: 10) { edges { node { name summary supplier { name size } services { name } } } }
}",
        ),
        tab(
            "Sign in (the front page says who can)",
            &format!(
                "mutation SignIn {{
  signIn(input: {{ email: \"{email}\", password: \"{PASSWORD}\" }}) {{
    session {{ viewer {{ name }} }}
    errors {{ code message }}
  }}
}}"
            ),
        ),
        tab(
            "Who am I",
            "query Me {\n  viewer { name email memberships { councilRole supplierRole } }\n}",
        ),
    ]
}
