//! The demonstration's world: real UK councils with invented registers, suppliers, products, needs, pilots and
//! people, all dated around a given day. Pure and seeded: the same day and seed give the same world.
//!
//! It knows no database: `DemoWorld` is plain data, and the loader beside takes it through the front doors.
//! Councils are in `councils`, what they buy in `lines_*`, how dates are made in `terms`, the rest by name.

mod contracts;
mod councils;
mod lines;
mod lines_corporate;
mod lines_lower;
mod lines_upper;
mod needs;
mod people;
mod pilots;
mod pilots_closed;
mod pilots_decided;
mod pilots_open;
mod products;
mod searches;
mod shapes;
mod shapes_pilots;
mod suppliers;
mod terms;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_pilots;

use chrono::NaiveDate;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

pub use shapes::{
    CouncilKind, DeliveryModel, DemoContract, DemoCouncil, DemoExtension, DemoNeed, DemoProduct,
    DemoSupplier, Hosting, NeedState, OptionState, ProcessType, ProductState, Standing, SupplierSize,
    ValueBasis,
};
pub use shapes_pilots::{
    BidState, DemoAnswer, DemoBid, DemoCriterion, DemoPerson, DemoPilot, DemoQuestion, DemoRole, DemoScore,
    DemoSearch, Frequency, Home, PilotState, QuestionState, Reservation, WindowKind,
};

/// Everything the demonstration shows. Numbers that refer are positions in these lists.
#[derive(Debug, Clone, PartialEq)]
pub struct DemoWorld {
    /// The day it is all dated around.
    pub today: NaiveDate,
    /// Real councils.
    pub councils: Vec<DemoCouncil>,
    /// Invented suppliers.
    pub suppliers: Vec<DemoSupplier>,
    /// What they list.
    pub products: Vec<DemoProduct>,
    /// Every register, council by council.
    pub contracts: Vec<DemoContract>,
    /// What councils say is wrong.
    pub needs: Vec<DemoNeed>,
    /// What they try.
    pub pilots: Vec<DemoPilot>,
    /// The cast first, then a contact for every council and supplier it does not cover.
    pub people: Vec<DemoPerson>,
    /// What people asked to be told of.
    pub searches: Vec<DemoSearch>,
}

/// The world of this day and seed.
pub fn world(today: NaiveDate, seed: u64) -> DemoWorld {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    DemoWorld {
        today,
        councils: councils::COUNCILS.to_vec(),
        suppliers: suppliers::suppliers(),
        products: products::products(),
        contracts: contracts::registers(today, &mut rng),
        needs: needs::needs(today),
        pilots: pilots::pilots(today),
        people: people::people(&mut rng),
        searches: searches::SEARCHES.to_vec(),
    }
}
