//! Where objects are kept, as configured: beside a database in a file, in a folder, or in a bucket that speaks S3.

use super::{Keys, is_on_this_machine, missing};
use crate::runtime::objects::{Bucket, Place};
use url::Url;

/// The place, if everything about it is right.
pub(super) fn check(keys: &Keys, wrong: &mut Vec<String>) -> Option<Place> {
    let before = wrong.len();
    let place = match keys
        .objects
        .as_deref()
        .map(str::trim)
        .filter(|told| !told.is_empty())
    {
        Some(told) if told.starts_with("s3://") => return bucket(keys, told, wrong),
        Some(told) => folder(told, wrong),
        None => beside(keys, wrong),
    };
    for (key, told) in [
        ("objects_endpoint", keys.objects_endpoint.is_some()),
        ("objects_region", keys.objects_region.is_some()),
        ("objects_access_key", keys.objects_access_key.is_some()),
        ("objects_secret_key", keys.objects_secret_key.is_some()),
        ("objects_plain", keys.objects_plain),
    ] {
        if told {
            wrong.push(format!("{key}: it is of use only with objects = s3://bucket"));
        }
    }
    place.filter(|_| wrong.len() == before)
}

/// What a missing database is told of, it is told once.
fn beside(keys: &Keys, wrong: &mut Vec<String>) -> Option<Place> {
    let url = keys.database_url.as_deref()?;
    let place = Place::beside(url);
    if place.is_none() {
        wrong.push(missing(
            "objects",
            "file:///var/lib/guildhall/objects or s3://bucket/prefix",
        ));
    }
    place
}

fn folder(told: &str, wrong: &mut Vec<String>) -> Option<Place> {
    let url = Url::parse(told).ok().filter(|url| url.scheme() == "file");
    let path = url.and_then(|url| url.to_file_path().ok());
    if path.is_none() {
        wrong.push(format!(
            "objects: {told:?} is neither file:///path nor s3://bucket/prefix"
        ));
    }
    path.map(Place::Folder)
}

fn bucket(keys: &Keys, told: &str, wrong: &mut Vec<String>) -> Option<Place> {
    let before = wrong.len();
    let (name, prefix) = told
        .trim_start_matches("s3://")
        .split_once('/')
        .unwrap_or((&told[5..], ""));
    let plain_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/');
    if name.is_empty() || !told[5..].bytes().all(plain_name) {
        wrong.push(format!("objects: {told:?} names no bucket"));
    }
    let mut needed = |value: &Option<String>, key: &str, example: &str| {
        let value = value.clone().filter(|value| !value.trim().is_empty());
        if value.is_none() {
            wrong.push(missing(key, example));
        }
        value
    };
    let region = needed(&keys.objects_region, "objects_region", "eu-west-2");
    let access_key = needed(
        &keys.objects_access_key,
        "objects_access_key",
        "the name of a key",
    );
    let secret_key = needed(&keys.objects_secret_key, "objects_secret_key", "the key");
    let plain = keys
        .objects_endpoint
        .as_deref()
        .is_some_and(|told| endpoint(told, keys.objects_plain, wrong));
    (wrong.len() == before).then_some(Place::Bucket(Bucket {
        name: name.to_owned(),
        prefix: prefix.trim_matches('/').to_owned(),
        endpoint: keys.objects_endpoint.clone(),
        region: region?,
        access_key: access_key?,
        secret_key: secret_key?,
        plain,
    }))
}

/// Whether it is asked without TLS.
fn endpoint(told: &str, plain: bool, wrong: &mut Vec<String>) -> bool {
    let url = Url::parse(told)
        .ok()
        .filter(|url| url.host().is_some() && url.username().is_empty());
    match url.as_ref().map(|url| (url.scheme(), is_on_this_machine(url))) {
        Some(("https", _)) => false,
        Some(("http", here)) if here || plain => true,
        Some(("http", _)) => {
            wrong.push(format!(
                "objects_endpoint: {told:?} is asked without TLS: use https, or set objects_plain = true"
            ));
            false
        }
        _ => {
            wrong.push(format!("objects_endpoint: {told:?} is not https://host"));
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use super::*;
    use figment::Figment;
    use figment::providers::{Format, Toml};

    fn read(database: &str, rest: &str) -> Result<Place, Vec<String>> {
        let whole = format!(
            "public_url = 'https://x.example'\ndatabase_url = '{database}'\n\
             secret = 'AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE='\nsmtp_url = 'smtp://localhost:25'\n\
             mail_from = 'A <a@x.example>'\n{rest}"
        );
        let keys = Figment::from(Toml::string(&whole)).extract().unwrap();
        // A mailer needs a runtime.
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let _entered = runtime.enter();
        Config::check(keys).map(|config| config.objects)
    }

    const SQLITE: &str = "sqlite://data/x.db";
    const POSTGRES: &str = "postgres://u@h/d";
    const KEYS: &str = "objects_region = 'r'\nobjects_access_key = 'a'\nobjects_secret_key = 'S3CRET'\n";

    #[test]
    fn objects_are_beside_a_database_in_a_file_and_elsewhere_must_be_told() {
        let beside = Place::Folder("data/x.db.objects".into());
        assert_eq!(read(SQLITE, ""), Ok(beside));
        let told = Place::Folder("/srv/objects".into());
        assert_eq!(read(POSTGRES, "objects = 'file:///srv/objects'"), Ok(told));
        let wrong = read(POSTGRES, "").unwrap_err();
        assert!(
            wrong.len() == 1 && wrong[0].starts_with("objects is missing"),
            "{wrong:?}"
        );
        for other in ["/srv/objects", "gs://x/y", "file://host.example/x"] {
            let wrong = read(SQLITE, &format!("objects = '{other}'")).unwrap_err();
            assert!(wrong[0].starts_with("objects: "), "{wrong:?}");
        }
    }

    #[test]
    fn half_a_bucket_is_refused_with_a_line_for_each_key() {
        let wrong = read(POSTGRES, "objects = 's3://bids/a/'").unwrap_err();
        assert_eq!(wrong.len(), 3, "{wrong:?}");
        for key in ["objects_region", "objects_access_key", "objects_secret_key"] {
            assert!(
                wrong.iter().any(|line| line.starts_with(key)),
                "{key} in {wrong:?}"
            );
        }
        let wrong = read(SQLITE, KEYS).unwrap_err();
        assert_eq!(wrong.len(), 3, "keys of no bucket: {wrong:?}");
        assert!(!format!("{wrong:?}").contains("S3CRET"));
        assert!(read(POSTGRES, &format!("objects = 's3://'\n{KEYS}")).unwrap_err()[0].contains("no bucket"));
    }

    #[test]
    fn a_bucket_elsewhere_is_asked_by_tls_unless_there_is_leave() {
        let place = |endpoint: &str, plain: bool| {
            let rest = format!(
                "objects = 's3://bids/a/'\nobjects_endpoint = '{endpoint}'\nobjects_plain = {plain}\n{KEYS}"
            );
            read(POSTGRES, &rest).map(|place| match place {
                Place::Bucket(bucket) => (bucket.name, bucket.prefix, bucket.plain),
                Place::Folder(_) => panic!("{place:?}"),
            })
        };
        let bids = |plain| Ok(("bids".to_owned(), "a".to_owned(), plain));
        assert_eq!(place("https://s3.example", false), bids(false));
        assert_eq!(place("http://127.0.0.1:9000", false), bids(true));
        assert_eq!(place("http://s3.example", true), bids(true));
        for wrong in [
            "http://s3.example",
            "s3.example",
            "ftp://s3.example",
            "https://a:b@s3.example",
        ] {
            assert!(
                place(wrong, false).unwrap_err()[0].starts_with("objects_endpoint: "),
                "{wrong}"
            );
        }
    }
}
