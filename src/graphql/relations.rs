//! What hangs on things and what they refer to, loaded for all that ask in one step of a request: a statement for
//! each relation.
//! A list that looks ahead needs none of these; see `contracts`.

use crate::access::Viewer;
use crate::contracts::term::ExtensionOption;
use crate::contracts::windows::Window;
use crate::contracts::{self, Columns};
use crate::law::{self, Book};
use crate::needs;
use crate::pilots::addenda::Addendum;
use crate::pilots::decisions::{self, Decision};
use crate::pilots::results::{self, PilotResult};
use crate::pilots::{self, Pilot};
use crate::runtime::App;
use crate::suppliers::evidence::{self, Evidence};
use crate::suppliers::numbers::{self, Number};
use crate::suppliers::products::usage::{self, Use};
use crate::suppliers::products::versions::{self, Version};
use crate::suppliers::products::{self, Product};
use crate::suppliers::sectors::{self, Division};
use crate::suppliers::{Areas, places};
use async_graphql::dataloader::{DataLoader, Loader};
use async_graphql::{Context, Request, Result};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// Reads for all that ask in one step of a request.
#[derive(Clone, Debug)]
pub(super) struct Relations(App);

fn loader<'a>(ctx: &Context<'a>) -> &'a DataLoader<Relations> {
    ctx.data_unchecked::<DataLoader<Relations>>()
}

/// What hangs on one thing; nothing, when nothing does.
pub(super) async fn load<K>(ctx: &Context<'_>, key: K) -> Result<K::List>
where
    K: Of,
    Relations: Loader<K, Value = K::List, Error = Arc<crate::runtime::Error>>,
{
    let found = loader(ctx)
        .load_one(key)
        .await
        .map_err(|e| super::errors::shared(ctx, &e))?;
    Ok(found.unwrap_or_default())
}

/// A key that always has an answer, if an empty one.
pub(super) trait Of: Send + Sync + std::hash::Hash + Eq + Clone + 'static {
    type List: Default + Send + Sync + Clone + 'static;
}

/// Declares the key of a thing that others refer to, and how many of them are read at once.
macro_rules! referred {
    ($key:ident, $thing:ty, |$app:ident, $ids:ident| $read:expr) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(super) struct $key(pub(super) Uuid);

        impl Loader<$key> for Relations {
            type Value = $thing;
            type Error = Arc<crate::runtime::Error>;

            async fn load(&self, keys: &[$key]) -> std::result::Result<HashMap<$key, $thing>, Self::Error> {
                let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
                let ($app, $ids) = (&self.0, &ids);
                let found = $read.await?;
                Ok(found
                    .into_iter()
                    .map(|(id, thing)| ($key(id), thing))
                    .collect())
            }
        }
    };
}

// Registers, needs and profiles are public: what is referred to may be read by whoever reads what refers to it.
referred!(ContractKey, contracts::Contract, |app, ids| contracts::by_ids(
    app,
    &Viewer::Anonymous,
    ids,
    &Columns::all()
));
referred!(SupplierKey, crate::suppliers::Supplier, |app, ids| {
    crate::suppliers::by_ids(app, ids)
});
referred!(NeedKey, needs::Need, |app, ids| needs::by_ids(
    app,
    &Viewer::Anonymous,
    ids
));
// What was copied was published, and what was published stays public.
referred!(PilotKey, pilots::Pilot, |app, ids| pilots::by_ids(
    app,
    &Viewer::Anonymous,
    ids
));

// What was awarded is public, and stays so when the award is undone.
referred!(PilotOfContract, Pilot, |app, ids| pilots::of_contracts(app, ids));

referred!(ScaledIn, Pilot, |app, ids| results::scaled_in(app, ids));
referred!(ResultOf, PilotResult, |app, ids| results::published_of(app, ids));
referred!(PublishedProductKey, Product, |app, ids| products::published(
    app, ids
));

/// Things that another refers to, in its order; those that are not there are left out.
pub(super) async fn refer_all<K>(
    ctx: &Context<'_>,
    keys: Vec<K>,
) -> Result<Vec<<Relations as Loader<K>>::Value>>
where
    K: Send + Sync + std::hash::Hash + Eq + Clone + 'static,
    Relations: Loader<K, Error = Arc<crate::runtime::Error>>,
{
    let found = loader(ctx).load_many(keys.iter().cloned()).await;
    let mut found = found.map_err(|error| super::errors::shared(ctx, &error))?;
    Ok(keys.iter().filter_map(|key| found.remove(key)).collect())
}

/// A thing that another refers to.
pub(super) async fn refer<K>(ctx: &Context<'_>, key: K) -> Result<Option<<Relations as Loader<K>>::Value>>
where
    K: Send + Sync + std::hash::Hash + Eq + Clone + 'static,
    Relations: Loader<K, Error = Arc<crate::runtime::Error>>,
{
    let found = loader(ctx).load_one(key).await;
    found.map_err(|error| super::errors::shared(ctx, &error))
}

macro_rules! relation {
    ($key:ident, $list:ty, $read:path) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(super) struct $key(pub(super) Uuid);

        impl Of for $key {
            type List = $list;
        }

        impl Loader<$key> for Relations {
            type Value = $list;
            type Error = Arc<crate::runtime::Error>;

            async fn load(&self, keys: &[$key]) -> std::result::Result<HashMap<$key, $list>, Self::Error> {
                let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
                Ok($read(&self.0, &ids)
                    .await?
                    .into_iter()
                    .map(|(id, list)| ($key(id), list))
                    .collect())
            }
        }
    };
}

relation!(WindowsOf, Vec<Window>, contracts::windows_of);
relation!(OptionsOf, Vec<ExtensionOption>, contracts::options_of);
relation!(BuyersOf, Vec<Uuid>, contracts::buyers_of);
relation!(
    SuppliersOf,
    Vec<crate::suppliers::Supplier>,
    crate::suppliers::of_contracts
);

relation!(NumbersOf, Vec<Number>, numbers::of);
relation!(AreasOf, Areas, places::areas_of);
relation!(SectorsOf, Vec<Division>, sectors::sectors_of);
relation!(UsesOf, Vec<Use>, usage::of_products);
relation!(PublishedVersionsOf, Vec<Version>, versions::published_of);
relation!(AllVersionsOf, Vec<Version>, versions::all_of);
relation!(EvidenceOf, Vec<Evidence>, evidence::of);
relation!(ProductsOf, Vec<Product>, products::published_of);
relation!(SupportersOf, Vec<needs::Supporter>, needs::supporters_of);
relation!(DecisionsOf, Vec<Decision>, decisions::of_pilots);
relation!(WantedBy, Vec<Uuid>, results::wanted_by);
relation!(ScaledBy, Vec<Uuid>, results::scaled_by);
relation!(AddendaOf, Vec<Addendum>, pilots::addenda::of);

/// The table of law, whole: it is small, and read once for all that ask in one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct BookOf;

impl Loader<BookOf> for Relations {
    type Value = Arc<Book>;
    type Error = Arc<crate::runtime::Error>;

    async fn load(&self, _: &[BookOf]) -> std::result::Result<HashMap<BookOf, Arc<Book>>, Self::Error> {
        let book = law::read(&self.0).await?;
        Ok(HashMap::from([(BookOf, Arc::new(book))]))
    }
}

/// Gives a request its loaders; no delay: what asks in one step is batched, and no more.
pub(super) fn loaders(app: &App, request: Request) -> Request {
    request.data(DataLoader::new(Relations(app.clone()), tokio::spawn).delay(Duration::ZERO))
}
