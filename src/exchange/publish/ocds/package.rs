//! The package around releases or records: who publishes them, when, under which licence, and where the next page is.

use super::super::Publisher;
use super::parties::council_identifier;
use super::{Kind, instant};
use crate::councils::Council;
use crate::runtime::Error;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

/// The Open Government Licence, under which councils publish their registers.
pub(super) const LICENSE: &str = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/";

/// Extensions of the standard that are used: pages; lots with renewal, for extension options; how large suppliers are, and
/// whether they are VCSEs.
pub(super) const EXTENSIONS: [&str; 5] = [
    "https://raw.githubusercontent.com/open-contracting-extensions/ocds_pagination_extension/master/extension.json",
    "https://raw.githubusercontent.com/open-contracting-extensions/ocds_lots_extension/master/extension.json",
    "https://raw.githubusercontent.com/open-contracting-extensions/ocds_renewal_extension/master/extension.json",
    "https://raw.githubusercontent.com/open-contracting-extensions/ocds_partyDetails_scale_extension/master/extension.json",
    "https://raw.githubusercontent.com/Crown-Commercial-Service/ocds_partyDetails_vcse_extension/main/extension.json",
];

/// A package, without what is in it.
pub(super) struct Package {
    pub(super) kind: Kind,
    pub(super) uri: String,
    /// Whose register it is from, if one council's.
    pub(super) of: Option<&'static Council>,
    pub(super) published_at: DateTime<Utc>,
    /// Where it goes on.
    pub(super) next: Option<String>,
}

impl Package {
    fn about(&self, publisher: &Publisher) -> Map<String, Value> {
        let mut about = Map::new();
        about.insert("uri".into(), json!(self.uri));
        about.insert("version".into(), json!("1.1"));
        about.insert("extensions".into(), json!(EXTENSIONS));
        about.insert("publishedDate".into(), json!(instant(self.published_at)));
        about.insert("publisher".into(), self.publisher(publisher));
        about.insert("license".into(), json!(LICENSE));
        about.insert("publicationPolicy".into(), json!(publisher.address("")));
        if let Some(next) = &self.next {
            about.insert("links".into(), json!({ "next": next }));
        }
        about
    }

    fn publisher(&self, publisher: &Publisher) -> Value {
        let Some(council) = self.of else {
            return json!({ "name": "Guildhall", "uri": publisher.address("") });
        };
        let mut said = Map::new();
        said.insert("name".into(), json!(council.facts.name));
        if let Some(identifier) = council_identifier(council) {
            said.insert("scheme".into(), json!(identifier.scheme));
            said.insert("uid".into(), json!(identifier.id));
        }
        Value::Object(said)
    }

    /// The package with these in it.
    pub(super) fn whole(&self, publisher: &Publisher, items: Vec<Value>) -> Result<Vec<u8>, Error> {
        let mut package = self.about(publisher);
        package.insert(self.kind.list().into(), Value::Array(items));
        let mut body = serde_json::to_vec(&package).map_err(Error::fault)?;
        body.push(b'\n');
        Ok(body)
    }

    /// The package up to the first of what is in it; nothing, where there is none around it.
    pub(super) fn head(&self, publisher: &Publisher) -> Result<Vec<u8>, Error> {
        if self.kind == Kind::Lines {
            return Ok(Vec::new());
        }
        let mut head = serde_json::to_vec(&self.about(publisher)).map_err(Error::fault)?;
        head.pop();
        head.extend_from_slice(format!(",\"{}\":[\n", self.kind.list()).as_bytes());
        Ok(head)
    }

    /// What ends a package that was begun by [`Self::head`].
    pub(super) fn tail(kind: Kind) -> &'static [u8] {
        match kind {
            Kind::Lines => b"",
            Kind::Releases | Kind::Records => b"]}\n",
        }
    }
}

impl Kind {
    fn list(self) -> &'static str {
        match self {
            Self::Records => "records",
            Self::Releases | Self::Lines => "releases",
        }
    }
}
