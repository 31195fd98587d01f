//! Open data: registers and OCDS come out as they went in, to anybody, and others' tools find nothing wrong with them.

mod back;
mod command;
mod fetched;
mod judged;
mod ocds;
pub(crate) mod registers;

use crate::alert_mails::register_of;
use crate::world::World;
use guildhall::councils::directory;
use guildhall::exchange::import::Imported;
use poem::http::StatusCode;
use serde_json::Value;
use std::path::Path;

const FIXTURE: &str = include_str!("../fixtures/register.csv");
/// Rows of every doubt, and rows that are held.
const SMALL: &[u8] = include_bytes!("../fixtures/register-small.csv");
/// By the schema's names, in Windows-1252.
const SCHEMA_NAMES: &[u8] = include_bytes!("../fixtures/register-schema-names.csv");
/// Cells that hurt: formulas, quotes, lines, apostrophes, headings of a council's own, cells beyond the last heading.
const HOSTILE: &str = "ContractReference,ContractTitle,SupplierName,StartDate,EndDate,ContractValue,FixedCost,=Ours,,Notes,Notes\n\
    H1,=HYPERLINK(\"http://x\"),\"Quote \"\"Ltd\"\"\",01/04/2024,31-Mar-2027,(3728),Yes,-1,x,n,m\n\
    '=H2,\"Two\r\nlines, and a comma\",+44 Ltd,1st April 2024,TBC,-5.50,No,@SUM(A1),,,,beyond,\n\
    H3,\"'quoted'\",\"''=odd\",,,POA,true,\"\tTab\", ,\"  spaced  \",é\n\
    ,Twice,S,,,,,,,,\n,Twice,S,,,,,,,,\n";

/// Brings a register of Norfolk's in.
async fn imported(world: &World, bytes: &[u8]) -> Imported {
    register_of(world, directory().find("norfolk").unwrap(), bytes).await
}

/// What anybody gets at a path.
async fn fetched(world: &World, path: &str) -> Vec<u8> {
    let response = world.client.get(path).send().await;
    response.assert_status(StatusCode::OK);
    response.0.into_body().into_vec().await.unwrap()
}

async fn json(world: &World, path: &str) -> Value {
    serde_json::from_slice(&fetched(world, path).await).unwrap()
}

/// Whole register of 2015, where it is at hand. In CI it must be.
fn norfolk() -> Option<Vec<u8>> {
    shared("registers/norfolk-2015-03.csv").map(|path| std::fs::read(path).unwrap())
}

/// Something of the data beside the repository.
fn shared(name: &str) -> Option<std::path::PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/data")
        .join(name);
    if path.exists() {
        return Some(path);
    }
    assert!(
        std::env::var_os("CI").is_none(),
        "{} is not here, and CI must have it",
        path.display()
    );
    println!("skipped: ../shared/data is not here");
    None
}
