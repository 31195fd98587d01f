//! What hangs on contracts, loaded for all that ask in one step of a request: a statement for each relation.
//! A list that looks ahead needs none of these; see `contracts`.

use crate::access::Viewer;
use crate::contracts::term::ExtensionOption;
use crate::contracts::windows::Window;
use crate::contracts::{self, Columns};
use crate::runtime::App;
use async_graphql::dataloader::{DataLoader, Loader};
use async_graphql::{Context, Request, Result};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// Reads what hangs on contracts, for all that ask in one step of a request.
#[derive(Clone, Debug)]
pub(super) struct Relations(App);

pub(super) fn loader<'a>(ctx: &Context<'a>) -> &'a DataLoader<Relations> {
    ctx.data_unchecked::<DataLoader<Relations>>()
}

/// What hangs on one contract; nothing, when nothing does.
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ContractKey(pub(super) Uuid);

impl Loader<ContractKey> for Relations {
    type Value = contracts::Contract;
    type Error = Arc<crate::runtime::Error>;

    async fn load(
        &self,
        keys: &[ContractKey],
    ) -> std::result::Result<HashMap<ContractKey, Self::Value>, Self::Error> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let found = contracts::by_ids(&self.0, &Viewer::Anonymous, &ids, &Columns::all()).await?;
        Ok(found
            .into_iter()
            .map(|(id, row)| (ContractKey(id), row))
            .collect())
    }
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

/// Gives a request its loaders; no delay: what asks in one step is batched, and no more.
pub(super) fn loaders(app: &App, request: Request) -> Request {
    request.data(DataLoader::new(Relations(app.clone()), tokio::spawn).delay(Duration::ZERO))
}
