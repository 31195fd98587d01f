//! Guessing: what can be guessed is tried only so often, counted in the database and so on every node, alike for what
//! exists and what does not. It knows times and counts, and not what was tried: a bucket is a keyed hash.

use super::links::Purpose;
use crate::runtime::{App, Error};
use chrono::{DateTime, Duration, Utc};
use entity::attempt::{ActiveModel, Column, Entity};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use std::net::IpAddr;
use uuid::Uuid;

/// What is counted, and how often it may be tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Password checks of an account, from anywhere.
    Account,
    /// Password checks of an account from where its owner has signed in before: a stranger cannot use these up.
    /// With [`Self::Account`] they are at most ten in five minutes.
    KnownDevice,
    /// Password checks from one source, over all accounts.
    Source,
    /// Codes of a second factor, tried with the right password from anywhere: of a million codes three are right at
    /// any moment, so that a year of trying finds one with a chance of two in a hundred.
    Code,
    /// The same from where its owner has signed in before.
    KnownDeviceCode,
    /// Word that somebody has the password and not the code.
    CodeWarning,
    /// Passwords hashed for one mailed link.
    Link,
    /// Security mails of one kind to one address.
    Mail,
    /// Security mails asked for from one source.
    MailSource,
    /// Invitations that one person sends.
    Inviter,
    /// Single sign-ons begun from one source, which may be a whole council.
    SingleSignOn,
}

impl Kind {
    fn limit(self) -> (usize, Duration) {
        match self {
            Self::Account => (6, Duration::minutes(5)),
            Self::KnownDevice => (4, Duration::minutes(5)),
            Self::Source => (60, Duration::minutes(5)),
            Self::Code | Self::KnownDeviceCode => (20, Duration::days(1)),
            Self::CodeWarning => (1, Duration::days(1)),
            Self::Link => (10, Duration::minutes(5)),
            Self::Mail => (4, Duration::hours(1)),
            Self::MailSource => (30, Duration::hours(1)),
            Self::Inviter => (60, Duration::hours(1)),
            Self::SingleSignOn => (300, Duration::minutes(5)),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::KnownDevice => "known device",
            Self::Source => "source",
            Self::Code => "code",
            Self::KnownDeviceCode => "known device's code",
            Self::CodeWarning => "code warning",
            Self::Link => "link",
            Self::Mail => "mail",
            Self::MailSource => "mail source",
            Self::Inviter => "inviter",
            Self::SingleSignOn => "single sign-on",
        }
    }
}

/// A source as it is counted: an IPv4 address, or an IPv6 network of 64 bits, which one customer has whole.
pub(super) fn source(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => hex::encode(&address.octets()[..8]),
    }
}

/// Counts one more try in each bucket, or in none and says no when one of them is full. The tries of the same
/// bucket come one after another, on whatever connection or node.
pub(super) async fn admit(app: &App, buckets: &[(Kind, String)]) -> Result<bool, Error> {
    let now = app.clock.now();
    let mut buckets: Vec<(Vec<u8>, Kind)> = buckets
        .iter()
        .map(|(kind, key)| (bucket(app, *kind, key), *kind))
        .collect();
    // In one order everywhere, so that two never wait for each other.
    buckets.sort_by(|a, b| a.0.cmp(&b.0));
    let txn = app.db.begin().await?;
    for (bucket, kind) in &buckets {
        let (limit, window) = kind.limit();
        let row = ActiveModel {
            bucket: Set(bucket.clone()),
            instants: Set(String::new()),
            until: Set(now),
        };
        // Writing to the row that is there holds it until the transaction ends.
        let there = OnConflict::column(Column::Bucket)
            .update_column(Column::Until)
            .to_owned();
        Entity::insert(row)
            .on_conflict(there)
            .exec_without_returning(&txn)
            .await?;
        let held = Entity::find_by_id(bucket.clone())
            .one(&txn)
            .await?
            .ok_or_else(|| Error::fault("a bucket went away"))?;
        let Some(instants) = one_more(&held.instants, now, limit, window) else {
            return Ok(false);
        };
        let mut row = ActiveModel::from(held);
        row.instants = Set(instants);
        row.until = Set(now + window);
        Entity::update(row).exec(&txn).await?;
    }
    txn.commit().await?;
    Ok(true)
}

/// Forgets what no longer counts.
///
/// # Errors
/// When the database fails.
pub async fn sweep(app: &App) -> Result<(), Error> {
    let txn = app.db.begin().await?;
    Entity::delete_many()
        .filter(Column::Until.lt(app.clock.now()))
        .exec(&txn)
        .await?;
    Ok(txn.commit().await?)
}

/// A mail that proves an address, as it is counted.
pub(super) fn link(purpose: Purpose, email: &str) -> (Kind, String) {
    (Kind::Mail, format!("{}:{email}", purpose.as_str()))
}

/// An invitation by mail, as it is counted.
pub(super) fn invitation(email: &str) -> (Kind, String) {
    (Kind::Mail, format!("invitation:{email}"))
}

/// The buckets in which tries at somebody's account, mails to their address and what they send are counted, whatever
/// the source.
pub(super) fn buckets_of(app: &App, person: Uuid, email: &str) -> Vec<Vec<u8>> {
    use Kind::{Account, Code, CodeWarning, Inviter, KnownDevice, KnownDeviceCode};
    let mut buckets = vec![invitation(email), (Inviter, person.to_string())];
    buckets.extend(Purpose::ALL.iter().map(|purpose| link(*purpose, email)));
    let tried = [Account, KnownDevice, Code, KnownDeviceCode, CodeWarning];
    buckets.extend(tried.map(|kind| (kind, email.to_owned())));
    buckets
        .into_iter()
        .map(|(kind, key)| bucket(app, kind, &key))
        .collect()
}

fn bucket(app: &App, kind: Kind, key: &str) -> Vec<u8> {
    app.secret
        .tag("attempts", format!("{}:{key}", kind.name()).as_bytes())
        .to_vec()
}

/// The instants that still count and this one, unless there are enough.
fn one_more(instants: &str, now: DateTime<Utc>, limit: usize, window: Duration) -> Option<String> {
    let since = (now - window).timestamp_millis();
    let mut kept: Vec<i64> = instants.split(' ').filter_map(|text| text.parse().ok()).collect();
    kept.retain(|at| *at > since);
    if kept.len() >= limit {
        return None;
    }
    kept.push(now.timestamp_millis());
    Some(kept.iter().map(i64::to_string).collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_five_minutes_hold_more_than_the_limit(steps in prop::collection::vec(0_i64..120, 1..200)) {
            let window = Duration::minutes(5);
            let (mut now, mut kept, mut admitted) = (DateTime::<Utc>::UNIX_EPOCH, String::new(), Vec::new());
            for step in steps {
                now += Duration::seconds(step);
                if let Some(after) = one_more(&kept, now, 6, window) {
                    kept = after;
                    admitted.push(now);
                }
            }
            for (index, at) in admitted.iter().enumerate() {
                let within = admitted[index..].iter().filter(|later| **later - *at < window).count();
                prop_assert!(within <= 6);
            }
        }
    }

    #[test]
    fn a_customers_whole_network_is_one_source() {
        let of = |text: &str| source(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
    }
}
